"""Read models of the delivery page: the deliveries that are ready, and a driver's own tour; and the list of drivers."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kitchen import undo
from kitchen.models import FulfillmentMethod
from kitchen.selectors import UndoOffer
from orders.events import OrderDelivered
from orders.models import Order, OrderStatus
from orders.permissions import ASSIGN_DELIVERIES, DELIVER
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"  # resolves permissions by group


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. Name, phone, address and notes are for its own driver only; others see postal code and town."""

    ref: UUID
    number: int
    business_date: date  # of the number
    postal_code: str
    city: str
    promise_from: datetime
    promise_until: datetime
    to_collect: Decimal
    driver: str  # the driver's name; blank: no driver
    out_for_delivery_at: datetime | None  # since when it is on the road; None: not yet
    name: str = ""
    phone: str = ""
    street: str = ""
    directions: str = ""
    notes: str = ""

    @property
    def town(self) -> str:
        """Return postal code and town, as on an envelope."""
        return f"{self.postal_code} {self.city}".strip()

    @property
    def address(self) -> list[str]:
        """Return the address line by line, as on an envelope; none for others than its own driver."""
        return [line for line in (self.street, self.town, self.directions) if line] if self.street else []


@dataclass(frozen=True, slots=True)
class Tour:
    """
    The deliveries as one driver sees them.

    :param unassigned: ready deliveries without a driver
    :param own_at_counter: the driver's own, not left yet
    :param own_on_road: the driver's own, out for delivery
    :param others_at_counter: other drivers', not left yet
    :param others_on_road: other drivers', out for delivery
    :param version: see `deliveries_version`
    """

    unassigned: list[Delivery]
    own_at_counter: list[Delivery]
    own_on_road: list[Delivery]
    others_at_counter: list[Delivery]
    others_on_road: list[Delivery]
    version: int

    @property
    def is_empty(self) -> bool:
        at_counter = self.unassigned or self.own_at_counter or self.others_at_counter
        return not (at_counter or self.own_on_road or self.others_on_road)

    @property
    def refs_on_road(self) -> set[UUID]:
        return {delivery.ref for delivery in (*self.own_on_road, *self.others_on_road)}


def drivers() -> QuerySet[AbstractUser]:
    """
    Return the users who deliver, by name: those of a group that may.

    A superuser, who may do everything, is none unless also in such a group.
    """
    users = get_user_model().objects.with_perm(DELIVER, backend=MODEL_BACKEND, include_superusers=False)
    return users.order_by("first_name", "last_name", "pk")


def drivers_for(by: Actor) -> QuerySet[AbstractUser]:
    """
    Return the drivers for an actor who assigns deliveries.

    :raises NotAllowed: the actor does not
    """
    if not by.may(ASSIGN_DELIVERIES):
        raise NotAllowed(_("Only managers can do that."))
    return drivers()


def tour(by: Actor) -> Tour:
    """Return the deliveries for a driver's page. One query."""
    orders = list(open_deliveries().select_related("contact", "driver").order_by("promise_from", "id"))
    ready = [order for order in orders if order.status == OrderStatus.READY]
    on_road = [order for order in orders if order.out_for_delivery_at]
    return Tour(
        unassigned=_delivery_rows((order for order in ready if order.driver_id is None), by),
        own_at_counter=_delivery_rows((order for order in ready if _is_own(order, by)), by),
        own_on_road=_delivery_rows((order for order in on_road if _is_own(order, by)), by),
        others_at_counter=_delivery_rows((order for order in ready if order.driver_id and not _is_own(order, by)), by),
        others_on_road=_delivery_rows((order for order in on_road if not _is_own(order, by)), by),
        version=_fingerprint((order.ref, order.seq) for order in orders),
    )


def deliveries_version() -> int:
    """
    Return the version of what `tour` shows: a fingerprint that differs after every event of one of its orders.

    It has 48 bits: JavaScript's numbers hold it. One query.
    """
    return _fingerprint(open_deliveries().values_list("ref", "seq"))


def open_deliveries() -> QuerySet[Order]:
    """Return the deliveries that are ready or on the way. Their index is order_not_delivered."""
    open_statuses = (OrderStatus.READY, OrderStatus.DELIVERING)
    return Order.objects.filter(method=FulfillmentMethod.DELIVERY, status__in=open_statuses)


def _fingerprint(rows: Iterable[tuple[UUID, int]]) -> int:
    text = ",".join(sorted(f"{ref}:{seq}" for ref, seq in rows))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())


def undo_offers(*, by: Actor, at: datetime) -> list[UndoOffer]:
    """
    Return the actor's deliveries that they can still undo, newest first. Two queries, one if nothing was delivered.

    :param at: by the database's clock
    """
    delivered = Order.objects.filter(method=FulfillmentMethod.DELIVERY, delivered_at__gt=at - undo.undo_window())
    orders = {order.ref: order for order in delivered}
    steps = StoredEvent.objects.filter(type=OrderDelivered.type, actor=str(by), aggregate_ref__in=orders.keys())
    return [
        UndoOffer(
            "undo_deliver", step.aggregate_ref, f"#{orders[step.aggregate_ref].number}", undo.seconds_left(step.at, at)
        )
        for step in steps.order_by("-at", "-id")
        if step.seq == orders[step.aggregate_ref].seq and undo.is_recent(step.at, at)
    ]


def _is_own(order: Order, by: Actor) -> bool:
    return order.driver_id is not None and order.driver_id == by.user_id


def _delivery_rows(orders: Iterable[Order], by: Actor) -> list[Delivery]:
    return [_delivery_row(order, is_own=_is_own(order, by)) for order in orders]


def _delivery_row(order: Order, *, is_own: bool) -> Delivery:
    assert order.number and order.business_date and order.promise_from and order.promise_until, "placed orders only"
    contact = order.contact
    return Delivery(
        ref=order.ref,
        number=order.number,
        business_date=order.business_date,
        postal_code=contact.postal_code,
        city=contact.city,
        promise_from=order.promise_from,
        promise_until=order.promise_until,
        to_collect=order.amount_due,
        driver=str(order.driver) if order.driver else "",
        out_for_delivery_at=order.out_for_delivery_at,
        name=contact.name if is_own else "",
        phone=str(contact.phone) if is_own else "",
        street=contact.street if is_own else "",
        directions=contact.directions if is_own else "",
        notes=contact.notes if is_own else "",
    )
