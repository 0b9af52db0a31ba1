"""The end of an order's life: it is in the guest's hands, and the cash due is taken."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import FulfillmentMethod
from kitchen.permissions import HAND_OVER
from orders import policies
from orders.events import OrderDelivered
from orders.exceptions import OrderStateConflict
from orders.models import Order, OrderStatus
from orders.selectors.order import get_order
from orders.services.locks import lock_kitchen_of, lock_order
from orders.services.undo import undo_last_step
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import NotAllowed


@command(replay=get_order)
def hand_over(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Order:
    """
    Hand over an order at the counter. A delivery is handed over by its driver: see `orders.deliveries.services`.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :param idempotency: the request's idempotency key; the same request sent again returns the order as it is then
    :raises NotAllowed: the actor may not hand over
    :raises TicketStateConflict: with `seen_seq`: the ticket is not ready, or has changed since the screen showed it
    :raises OrderStateConflict: the order is a delivery, is not ready, or is cancelled or delivered already
    :raises OrderNotFound: there is no such order
    """
    if not by.may(HAND_OVER):
        raise NotAllowed(_("Only the counter can hand over an order."))
    kitchen = lock_kitchen_of(ref)
    order = lock_order(ref)
    if seen_seq is not None:
        kitchen_services.refuse_unless_ready(kitchen=kitchen, ref=ref, by=by, seen_seq=seen_seq)
    policies.refuse_unless_active(order)
    if order.method == FulfillmentMethod.DELIVERY:
        raise OrderStateConflict(_("#%(number)d is a delivery: its driver hands it over.") % {"number": order.number})
    if order.status != OrderStatus.READY:
        raise OrderStateConflict(_("#%(number)d is not ready yet.") % {"number": order.number})
    kitchen_services.hand_over_ticket(kitchen=kitchen, ref=ref, by=by, at=at)
    return complete_order(order, by=by, at=at)


@command
def undo_hand_over(*, ref: UUID, by: Actor, at: datetime) -> Order:
    """
    Undo the actor's own handover at the counter, within `undo_window`: the order is ready again, cash is given back.

    :param ref: the order's ref
    :param at: by the database's clock (`clock.database_now`), as that of the step
    :raises NotAllowed: the actor may not hand over
    :raises TooLateToUndo: it was not the last step, not the actor's, or too long ago; or a driver handed it over
    :raises OrderNotFound: there is no such order
    """
    waited = clock.stopwatch()
    if not by.may(HAND_OVER):
        raise NotAllowed(_("Only the counter can hand over an order."))
    kitchen = lock_kitchen_of(ref)
    order = lock_order(ref)
    if order.method == FulfillmentMethod.DELIVERY:
        raise TooLateToUndo(_("#%(number)d is a delivery: only its driver hands it over.") % {"number": order.number})
    undo_last_step(order, OrderDelivered, by=by, at=at + waited())
    kitchen_services.take_back_ticket(kitchen=kitchen, ref=ref)
    return order


def complete_order(order: Order, *, by: Actor, at: datetime) -> Order:
    """Record that a locked order is in the guest's hands, and that the cash due was taken."""
    record(order, OrderDelivered(method=order.method, cash_taken=order.amount_due), by=by, at=at)
    return order
