from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_line
from kitchen.permissions import HAND_OVER
from orders.events import OrderDelivered
from orders.models import Order, Status
from orders.services.locks import lock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.money import ZERO
from pizzeria.foundation.refusals import NotAllowed, Refusal


class OrderMoved(Refusal):
    """The order is elsewhere by now: somebody else was first, or this screen is behind."""

    code = "order_moved"


@command
def hand_over(*, ref: UUID, by: Actor, at: datetime) -> Order:
    """
    Hand a ready order over at the counter, and take the cash that is due.

    :param ref: the order's
    :raises OrderMoved: it is not ready, or gone already
    :raises Kitchen.DoesNotExist: there is no such order
    """
    if not by.may(HAND_OVER):
        raise NotAllowed(_("Only the counter can hand over an order."))
    line = kitchen_line.lock_for_ticket(ref)  # before the order: see the order of locks
    order = lock(ref)
    if order.status == Status.DELIVERED:
        raise OrderMoved(_("#%(number)d has been handed over already.") % {"number": order.number})
    if order.status != Status.READY:
        raise OrderMoved(_("#%(number)d is not ready yet.") % {"number": order.number})

    kitchen_line.hand_over_ticket(line=line, ref=ref, at=at)
    due = (order.total or ZERO) - order.paid
    record(order, OrderDelivered(method=order.method, cash_taken=due), by=by, at=at)
    return order
