"""
Commands for a delivery: claim or assign, release, leave, deliver (and undo it), fail.

Commands that only change the driver lock the order; commands that take the pizza out of the shop or back into it lock
the kitchen first. An actor who may assign deliveries may take every step in place of the delivery's driver, except
leaving with it: a driver may have gone home, and the pizza must not wait for them.

With `idempotency=`, the same request sent again returns the order as it is then.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import FulfillmentMethod
from orders import policies
from orders.deliveries.selectors import drivers
from orders.events import (
    OrderDelivered,
    OrderDeliveryFailed,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderOutForDelivery,
)
from orders.exceptions import OrderStateConflict
from orders.models import DELIVERY_FAILURE_REASONS, CancelReason, Order, OrderStatus
from orders.permissions import ASSIGN_DELIVERIES, DELIVER
from orders.selectors.order import get_order
from orders.services.handover import complete_order
from orders.services.locks import lock_kitchen_of, lock_order
from orders.services.reasons import refuse_unless_possible, require_note_for_other
from orders.services.undo import undo_last_step
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import NotAllowed, Refusal


class DeliveryAlreadyClaimed(Refusal):
    code = "another_driver_has_it"


class NotYourDelivery(Refusal):
    code = "not_your_delivery"


class NotADriver(Refusal):
    """Refusal of a driver who may not deliver or does not exist."""

    code = "not_a_driver"
    status = 422


@command(replay=get_order)
def claim_delivery(*, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None) -> Order:
    """
    Claim a ready delivery for the acting driver. Nothing happens if the driver has it already.

    :raises NotAllowed: the actor may not deliver, or is the system
    :raises OrderStateConflict: the order is not a delivery that is ready
    :raises DeliveryAlreadyClaimed: another driver was first
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, DELIVER)
    driver, order = _driver_id(by), _ready_delivery(ref)
    if order.driver_id == driver:
        return order
    if order.driver is not None:
        who = order.driver.get_short_name() or _("Another driver")
        raise DeliveryAlreadyClaimed(_("%(who)s has #%(number)d already.") % {"who": who, "number": order.number})
    record(order, OrderDriverAssigned(driver=driver), by=by, at=at)
    return order


@command(replay=get_order)
def assign_delivery(
    *, ref: UUID, driver: int, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None
) -> Order:
    """
    Assign a ready delivery to a driver; it is taken from the driver who had it.

    :param driver: the user's id
    :raises NotAllowed: the actor may not assign deliveries
    :raises NotADriver: no user of this id may deliver
    :raises OrderStateConflict: the order is not a delivery that is ready
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, ASSIGN_DELIVERIES)
    if not drivers().filter(pk=driver).exists():
        raise NotADriver(_("Please choose somebody who delivers."), field="driver")
    order = _ready_delivery(ref)
    if order.driver_id == driver:
        return order
    domain_events: list[DomainEvent[Order]] = [OrderDriverAssigned(driver=driver)]
    if order.driver_id is not None:
        domain_events.insert(0, OrderDriverUnassigned(driver=order.driver_id))
    record(order, *domain_events, by=by, at=at)
    return order


@command(replay=get_order)
def release_delivery(*, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None) -> Order:
    """
    Release a delivery that has not left yet.

    :raises NotAllowed: the actor may not deliver
    :raises OrderStateConflict: the delivery has left, is not ready, or has no driver
    :raises NotYourDelivery: it is another driver's, and the actor may not assign deliveries
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, DELIVER)
    order = _ready_delivery(ref)
    driver = _require_own_delivery(order, by)
    record(order, OrderDriverUnassigned(driver=driver), by=by, at=at)
    return order


@command(replay=get_order)
def leave_for_delivery(*, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None) -> Order:
    """
    Leave the shop with a delivery.

    :raises NotAllowed: the actor may not deliver, or is the system
    :raises OrderStateConflict: the order is not a delivery that is ready
    :raises NotYourDelivery: the delivery is not this driver's
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, DELIVER)
    driver, kitchen = _driver_id(by), lock_kitchen_of(ref)
    order = _ready_delivery(ref)
    if order.driver_id != driver:
        raise NotYourDelivery(_("#%(number)d is not yours. Claim it first.") % {"number": order.number})
    kitchen_services.hand_over_ticket(kitchen=kitchen, ref=ref, by=by, at=at)
    record(order, OrderOutForDelivery(driver=driver), by=by, at=at)
    return order


@command(replay=get_order)
def fail_delivery(
    *,
    ref: UUID,
    reason: CancelReason,
    note: str = "",
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Order:
    """
    Bring back a delivery that nobody accepted. The order is ready again, and stays with its driver.

    :param note: note to the reason; required with "something else"
    :raises NotAllowed: the actor may not deliver
    :raises OrderStateConflict: the order is not out for delivery
    :raises NotYourDelivery: it is out with another driver, and the actor may not assign deliveries
    :raises ReasonMissing: "something else" without a note
    :raises ReasonNotPossible: it is none of `DELIVERY_FAILURE_REASONS`
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, DELIVER)
    kitchen = lock_kitchen_of(ref)
    order = lock_order(ref)
    driver = _require_on_road_with(order, by)
    refuse_unless_possible(reason, DELIVERY_FAILURE_REASONS)
    require_note_for_other(reason, note)
    kitchen_services.return_ticket(kitchen=kitchen, ref=ref, by=by, at=at)
    if note:
        order.contact.reason_note = note
        order.contact.save(update_fields=["reason_note"])
    record(order, OrderDeliveryFailed(driver=driver, reason=reason), by=by, at=at)
    return order


@command(replay=get_order)
def deliver(*, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None) -> Order:
    """
    Hand over a delivery at its address, and record the cash due as taken. Its ticket left the queue with the driver.

    :raises NotAllowed: the actor may not deliver
    :raises OrderStateConflict: the order is not out for delivery, or is cancelled or delivered already
    :raises NotYourDelivery: it is out with another driver, and the actor may not assign deliveries
    :raises OrderNotFound: there is no such order
    """
    _require_permission(by, DELIVER)
    order = lock_order(ref)
    policies.refuse_unless_active(order)
    _require_on_road_with(order, by)
    return complete_order(order, by=by, at=at)


@command
def undo_deliver(*, ref: UUID, by: Actor, at: datetime) -> Order:
    """
    Undo the actor's own delivery, within `undo_window`: the order is on its way again, and cash is given back.

    :param at: by the database's clock (`clock.database_now`), as that of the step
    :raises NotAllowed: the actor may not deliver
    :raises TooLateToUndo: it was not the last step, not the actor's, too long ago, or a handover at the counter
    :raises OrderNotFound: there is no such order
    """
    waited = clock.stopwatch()
    _require_permission(by, DELIVER)
    order = lock_order(ref)
    if order.method != FulfillmentMethod.DELIVERY:
        raise TooLateToUndo(_("#%(number)d is picked up at the counter.") % {"number": order.number})
    undo_last_step(order, OrderDelivered, by=by, at=at + waited())
    return order


def _require_on_road_with(order: Order, by: Actor) -> int:
    """
    Return the user id of the driver with whom the order is out.

    Refuse unless it is the actor, or the actor may assign deliveries.
    """
    if order.status != OrderStatus.DELIVERING or order.driver_id is None:
        raise OrderStateConflict(_("#%(number)d is not on its way.") % {"number": order.number})
    if order.driver_id != by.user_id and not by.may(ASSIGN_DELIVERIES):
        raise NotYourDelivery(_("#%(number)d is out with another driver.") % {"number": order.number})
    return order.driver_id


def _ready_delivery(ref: UUID) -> Order:
    order = lock_order(ref)
    if order.method != FulfillmentMethod.DELIVERY or order.status != OrderStatus.READY:
        raise OrderStateConflict(_("#%(number)d is not a delivery that is ready.") % {"number": order.number})
    return order


def _require_permission(by: Actor, permission: Permission) -> None:
    if by.may(permission):
        return
    if permission == ASSIGN_DELIVERIES:
        raise NotAllowed(_("Only managers can do that."))
    raise NotAllowed(_("Only drivers and managers can do that."))


def _require_own_delivery(order: Order, by: Actor) -> int:
    """Return the user id of the order's driver; refuse unless it is the actor, or the actor may assign deliveries."""
    if order.driver_id is None:
        raise OrderStateConflict(_("Nobody has #%(number)d.") % {"number": order.number})
    if order.driver_id != by.user_id and not by.may(ASSIGN_DELIVERIES):
        raise NotYourDelivery(_("#%(number)d is not yours.") % {"number": order.number})
    return order.driver_id


def _driver_id(by: Actor) -> int:
    """
    Return the user id of the acting driver.

    :raises NotAllowed: the actor has none: the system drives nothing
    """
    if by.user_id is None:
        raise NotAllowed(_("Only a driver can do that."))
    return by.user_id
