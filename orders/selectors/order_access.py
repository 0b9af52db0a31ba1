"""The orders that an actor may read by the API, and who has worked on them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from kitchen.models import FulfillmentMethod
from orders.events import OrderCookingStarted, OrderDelivered, OrderReady
from orders.models import Order, OrderStatus
from orders.permissions import SEE_ALL_ORDERS, SEE_DELIVERIES
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.models import StoredEvent

ACTIVE = "active"  # neither delivered nor cancelled
ON_TOUR = (OrderStatus.READY, OrderStatus.DELIVERING)


@dataclass(frozen=True, slots=True)
class OrderStaff:
    """Who has worked on an order, by first name; blank: nobody yet, or not a person."""

    cooked_by: str = ""
    readied_by: str = ""
    delivered_by: str = ""


def readable_orders(by: Actor) -> QuerySet[Order]:
    """
    Return the orders that an actor may read, newest first, with all that is shown of them.

    Staff read all orders; a driver those that wait for a driver and the own tour; everybody their own.
    """
    orders = _orders_with_content().filter(number__isnull=False).order_by("-id")
    if by.may(SEE_ALL_ORDERS):
        return orders
    readable = _is_own(by)
    if by.may(SEE_DELIVERIES):
        is_delivery = Q(method=FulfillmentMethod.DELIVERY)
        readable |= is_delivery & (
            Q(status=OrderStatus.READY, driver=None) | Q(status__in=ON_TOUR, driver_id=by.user_id)
        )
    return orders.filter(readable)


def own_orders(by: Actor) -> QuerySet[Order]:
    """Return the orders of an actor's own account, newest first, with all that is shown of them."""
    return _orders_with_content().filter(_is_own(by), number__isnull=False).order_by("-id")


def order_with_content(ref: UUID) -> Order:
    """
    Return an order with all that is shown of it, without an access check: the caller has just acted on it.

    :raises Order.DoesNotExist: there is no such order
    """
    return _orders_with_content().get(ref=ref)


def _is_own(by: Actor) -> Q:
    """Return the condition of the orders of an actor's own account; of none for a guest."""
    return Q(pk=None) if by.user_id is None else Q(customer__user_id=by.user_id)


def _orders_with_content() -> QuerySet[Order]:
    orders = Order.objects.select_related("contact", "customer", "driver")
    return orders.prefetch_related("lines__parts", "adjustments")


def with_status(orders: QuerySet[Order], status: str) -> QuerySet[Order]:
    """Filter orders by a status, or by `ACTIVE`."""
    if status == ACTIVE:
        return orders.exclude(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED))
    return orders.filter(status=status)


def may_read_contact(order: Order, by: Actor) -> bool:
    """Return whether an actor may read name, phone and address of an order that they may read."""
    is_own = order.customer is not None and order.customer.user_id == by.user_id
    is_own_delivery = order.driver_id is not None and order.driver_id == by.user_id
    return by.may(SEE_ALL_ORDERS) or is_own or is_own_delivery


def staff_of(orders: Collection[Order]) -> dict[UUID, OrderStaff]:
    """Return who has worked on each order, by its ref. Two queries."""
    kinds = {
        OrderCookingStarted.type: "cooked_by",
        OrderReady.type: "readied_by",
        OrderDelivered.type: "delivered_by",
    }
    # A step that was undone or recalled has no time.
    times = {"cooked_by": "cooking_started_at", "readied_by": "ready_at", "delivered_by": "delivered_at"}
    steps = StoredEvent.objects.filter(aggregate_ref__in=[order.ref for order in orders], type__in=kinds)
    actors = {(step.aggregate_ref, kinds[step.type]): step.actor for step in steps.order_by("seq")}
    user_ids = {int(actor) for actor in actors.values() if actor.isdecimal()}
    names = {str(user.pk): user.get_short_name() for user in get_user_model().objects.filter(pk__in=user_ids)}
    return {
        order.ref: OrderStaff(
            **{
                field: names.get(actors.get((order.ref, field), ""), "")
                for field, time in times.items()
                if getattr(order, time)
            }
        )
        for order in orders
    }


def events_of(order: Order) -> list[StoredEvent]:
    """Return the events of an order, in their sequence. One query."""
    return list(StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"))
