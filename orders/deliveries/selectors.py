"""Read models of the delivery page: the deliveries that are ready, and a driver's own tour; and the list of drivers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet

from kitchen.models import FulfillmentMethod
from orders.models import Order, OrderStatus
from orders.permissions import DELIVER
from orders.selectors.order import address_lines
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.money import ZERO

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"  # the backend that knows permissions by group


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. Name, phone, address and notes are for its own driver only; others see postal code and town."""

    ref: UUID
    number: int
    town: str
    promise_from: datetime
    promise_until: datetime
    to_collect: Decimal
    driver: str  # the driver's name; blank: no driver
    out_for_delivery_at: datetime | None  # since when it is on the road; None: not yet
    name: str = ""
    phone: str = ""
    address: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Tour:
    """
    The deliveries as one driver sees them.

    :param free: those without a driver
    :param mine: the driver's own, at the counter
    :param out: the driver's own, on the road
    :param others: other drivers', at the counter
    :param away: other drivers', on the road
    """

    free: list[Delivery]
    mine: list[Delivery]
    out: list[Delivery]
    others: list[Delivery]
    away: list[Delivery]

    @property
    def is_empty(self) -> bool:
        return not (self.free or self.mine or self.out or self.others or self.away)

    @property
    def on_the_road(self) -> set[UUID]:
        return {delivery.ref for delivery in (*self.out, *self.away)}


def drivers() -> QuerySet[AbstractUser]:
    """Return the users who may deliver, by name."""
    people = get_user_model().objects.with_perm(DELIVER, backend=MODEL_BACKEND)
    return people.order_by("first_name", "last_name", "pk")


def tour(by: Actor) -> Tour:
    """Return the deliveries for a driver's page. One query."""
    orders = list(
        Order.objects.filter(method=FulfillmentMethod.DELIVERY, status__in=(OrderStatus.READY, OrderStatus.DELIVERING))
        .select_related("contact", "driver")
        .order_by("promise_from", "id")
    )
    ready = [order for order in orders if order.status == OrderStatus.READY]
    return Tour(
        free=_delivery_rows((order for order in ready if order.driver_id is None), by),
        mine=_delivery_rows((order for order in ready if order.driver_id and order.driver_id == by.user_id), by),
        out=_delivery_rows(
            (order for order in orders if order.out_for_delivery_at and order.driver_id == by.user_id), by
        ),
        others=_delivery_rows((order for order in ready if order.driver_id not in (None, by.user_id)), by),
        away=_delivery_rows(
            (order for order in orders if order.out_for_delivery_at and order.driver_id != by.user_id), by
        ),
    )


def _delivery_rows(orders: Iterable[Order], by: Actor) -> list[Delivery]:
    return [
        _delivery_row(order, mine=order.driver_id is not None and order.driver_id == by.user_id) for order in orders
    ]


def _delivery_row(order: Order, *, mine: bool) -> Delivery:
    assert order.number and order.promise_from and order.promise_until, "placed orders only"
    contact = order.contact
    return Delivery(
        ref=order.ref,
        number=order.number,
        town=f"{contact.postal_code} {contact.city}".strip(),
        promise_from=order.promise_from,
        promise_until=order.promise_until,
        to_collect=(order.total or ZERO) - order.paid,
        driver=str(order.driver) if order.driver else "",
        out_for_delivery_at=order.out_for_delivery_at,
        name=contact.name if mine else "",
        phone=str(contact.phone) if mine else "",
        address=tuple(address_lines(contact)) if mine else (),
        notes=contact.notes if mine else "",
    )
