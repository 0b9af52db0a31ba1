"""
The table of an order's steps: which command takes an order from one status to another, and the scope that it requires.

Each command checks the actor, and the order's state under its lock; this table only chooses the command.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from kitchen.permissions import COOK
from orders import policies, services
from orders.deliveries import services as delivery_services
from orders.exceptions import OrderStateConflict, ReasonMissing
from orders.models import CancelReason, Order, OrderStatus
from orders.permissions import ASSIGN_DELIVERIES, DELIVER
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.scopes import Scope


@dataclass(frozen=True, slots=True)
class StepRequest:
    """What is asked for: a status, by whom and when, and the reason of a cancellation or of a failed delivery."""

    status: OrderStatus
    reason: CancelReason | None
    note: str
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step of an order.

    :param scopes: of which the principal needs one
    :param take: calls the command
    """

    scopes: tuple[Scope, ...]
    take: Callable[[UUID, StepRequest], object]


def _fail_delivery(ref: UUID, asked: StepRequest) -> object:
    if asked.reason is None:
        raise ReasonMissing(_("Please say why it was not delivered."), field="reason")
    return delivery_services.fail_delivery(ref=ref, reason=asked.reason, note=asked.note, by=asked.by, at=asked.at)


def _cancel(ref: UUID, asked: StepRequest) -> object:
    return services.cancel_order(ref=ref, reason=asked.reason, note=asked.note, by=asked.by, at=asked.at)


def _calling(command: Callable[..., object]) -> Callable[[UUID, StepRequest], object]:
    return lambda ref, asked: command(ref=ref, by=asked.by, at=asked.at)


_KITCHEN, _DELIVERY = (Scope.KITCHEN_MANAGE,), (Scope.DELIVERY_MANAGE,)

STEPS = {
    (OrderStatus.CONFIRMED, OrderStatus.COOKING): Step(_KITCHEN, _calling(kitchen_services.start_cooking)),
    (OrderStatus.COOKING, OrderStatus.READY): Step(_KITCHEN, _calling(kitchen_services.finish_ticket)),
    (OrderStatus.READY, OrderStatus.COOKING): Step(_KITCHEN, _calling(kitchen_services.recall_ticket)),
    (OrderStatus.READY, OrderStatus.DELIVERING): Step(_DELIVERY, _calling(delivery_services.leave_for_delivery)),
    (OrderStatus.DELIVERING, OrderStatus.READY): Step(_DELIVERY, _fail_delivery),
    (OrderStatus.DELIVERING, OrderStatus.DELIVERED): Step(_DELIVERY, _calling(delivery_services.deliver)),
    (OrderStatus.READY, OrderStatus.DELIVERED): Step(_KITCHEN, _calling(services.hand_over)),
}
CANCEL = Step((Scope.ORDERS_WRITE, Scope.KITCHEN_MANAGE), _cancel)


def order_to_act_on(ref: UUID, by: Actor) -> Order:
    """
    Return an order on which the actor may take some step.

    :raises OrderNotFound: there is none
    """
    order = Order.objects.filter(ref=ref, number__isnull=False).select_related("contact", "customer").first()
    if order is None or not _may_act_on(order, by):
        raise policies.order_not_found()
    return order


def step_to(status: OrderStatus, *, order: Order) -> Step | None:
    """
    Return the step that takes an order to a status; None if it has that status.

    :raises OrderStateConflict: no step leads from its status to that one
    """
    before = OrderStatus(order.status)
    if status == before:
        return None
    step = CANCEL if status == OrderStatus.CANCELLED and order.is_active else STEPS.get((before, status))
    if step is None:
        message = _("#%(number)d is %(before)s: no step leads from there to %(after)s.")
        raise OrderStateConflict(message % {"number": order.number, "before": before.value, "after": status.value})
    return step


def _may_act_on(order: Order, by: Actor) -> bool:
    if policies.is_visible(order, by) or by.may(COOK) or by.may(ASSIGN_DELIVERIES):
        return True
    is_free = order.driver_id is None and order.status == OrderStatus.READY
    is_own_or_free = order.method == FulfillmentMethod.DELIVERY and (order.driver_id == by.user_id or is_free)
    return by.may(DELIVER) and is_own_or_free
