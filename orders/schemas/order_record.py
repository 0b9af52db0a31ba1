"""An order as the API shows it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from pydantic import Field

from kitchen.models import FulfillmentMethod
from orders import policies, presenters, selectors
from orders.models import CancelReason, Order, OrderLine, OrderStatus, PaymentMethod, PaymentStatus
from orders.permissions import SEE_ALL_ORDERS
from orders.schemas.order_quote import PromiseRecord, TotalsRecord, totals_fields
from orders.selectors.order_access import OrderStaff
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.api.schemas import Amount, ResponseBody
from pizzeria.foundation.events.domain_events import EventUnreadable, load
from pizzeria.foundation.events.models import StoredEvent

STAFF_FIELDS = {"staff", "driver"}  # of events: ids of users
WORKED_ON = "First name, for staff who see all orders; null: nobody yet, or not shown to you"


class OrderedItem(ResponseBody):
    id: str = Field(description="`id` of the item on the menu", examples=["cola"])
    name: str = Field(description="As it was named when ordered", examples=["Cola"])
    price: Amount = Field(description="Of one, as it was ordered")
    quantity: int


class OrderedPizza(OrderedItem):
    size: str = Field(examples=["medium"])
    toppings: list[str] = Field(description="Names of the added toppings", examples=[["Mushrooms"]])
    without: list[str] = Field(description="Names of the toppings of the recipe that are left out")
    estimated_cooking_time: int = Field(description="Minutes in the oven, of one", examples=[8])


class PaymentRecord(ResponseBody):
    method: PaymentMethod
    status: PaymentStatus
    paid: Amount
    refunded: Amount
    url: str | None = Field(
        description="Page of the shop on which a pending order is paid by card. Null: it is not pending, or not of the "
        "caller's own account"
    )


class AddressRecord(ResponseBody):
    street: str
    city: str
    zip_code: str
    directions: str


class DriverRecord(ResponseBody):
    id: str = Field(description="As `driver` takes it when a delivery is assigned")
    name: str = Field(examples=["Dario Neri"])


class OrderRecord(TotalsRecord):
    """An order. Contact, address and notes are blank for drivers who do not carry it."""

    id: UUID
    number: int = Field(description="Called out at the counter; unique on its business day", examples=[42])
    business_date: date
    status: OrderStatus
    status_text: str = Field(description="The status in a few words, for the customer", examples=["In the oven"])
    method: FulfillmentMethod
    customer_name: str
    customer_phone: str = Field(examples=["+390612345678"])
    customer_email: str
    delivery_address: AddressRecord | None = Field(description="Null for a pickup")
    pizzas: list[OrderedPizza]
    items: list[OrderedItem]
    special_instructions: str
    allergies: str
    order_time: datetime
    wanted_at: datetime | None = Field(description="When the customer wants it; null: as soon as possible")
    estimated_ready_time: datetime = Field(description="When the customer gets it at the earliest")
    promise: PromiseRecord
    confirmed_at: datetime | None
    cooking_started_at: datetime | None
    ready_at: datetime | None
    out_for_delivery_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: CancelReason | None = Field(description="Null: it is not cancelled")
    cancel_note: str = Field(description="Note to the reason of the cancellation, for the customer to read")
    payment: PaymentRecord
    driver: DriverRecord | None = Field(
        description="Who delivers it, for staff who see all orders and for the driver; null: nobody yet, or not shown "
        "to you"
    )
    cooked_by: str | None = Field(description=WORKED_ON)
    readied_by: str | None = Field(description=WORKED_ON)
    delivered_by: str | None = Field(description=WORKED_ON)


class EventRecord(ResponseBody):
    """An event of an order. Its data has ids, choices, amounts and times, never personal data."""

    seq: int = Field(description="Number within the order, from 1 without gaps")
    type: str = Field(examples=["order.ready.v1"])
    at: datetime
    actor: Literal["customer", "guest", "staff", "system"]
    data: dict[str, Any]


def order_records(orders: Collection[Order], *, by: Actor) -> list[OrderRecord]:
    """Return orders as an actor may read them. Two queries, for staff."""
    staff = selectors.staff_of(orders) if by.may(SEE_ALL_ORDERS) else {}
    return [_order_record(order, staff.get(order.ref, OrderStaff()), by=by) for order in orders]


def order_record(order: Order, *, by: Actor) -> OrderRecord:
    """Return an order as an actor may read it."""
    return order_records([order], by=by)[0]


def event_record(event: StoredEvent, order: Order) -> EventRecord:
    """Return an event without the ids of staff; one that this release cannot load has no data."""
    try:
        kind, data = event_content(event)
    except EventUnreadable:
        kind, data = event.type, {}
    return EventRecord(seq=event.seq, type=kind, at=event.at, actor=_actor_kind(event, order), data=data)


def driver_record(driver: AbstractUser) -> DriverRecord:
    return DriverRecord(id=driver.username, name=str(driver))


def event_content(event: StoredEvent) -> tuple[str, dict[str, Any]]:
    """
    Return the type and the data of an event in the newest version of its type, without the ids of staff.

    :raises EventUnreadable: this release cannot load it
    """
    domain_event = load(event)
    return domain_event.type, domain_event.model_dump(mode="json", exclude=STAFF_FIELDS)


def _actor_kind(event: StoredEvent, order: Order) -> Literal["customer", "guest", "staff", "system"]:
    if event.actor == "guest":
        return "guest"
    if not event.actor.isdecimal():
        return "system"
    is_owner = order.customer is not None and str(order.customer.user_id) == event.actor
    return "customer" if is_owner else "staff"


def _order_record(order: Order, staff: OrderStaff, *, by: Actor) -> OrderRecord:
    assert order.number and order.business_date and order.placed_at, "placed orders only"
    assert order.promise_from and order.promise_until, "placed orders only"
    lines = list(order.lines.all())
    return OrderRecord(
        **totals_fields(order.totals),
        **_contact_fields(order, is_shown=selectors.may_read_contact(order, by)),
        id=order.ref,
        number=order.number,
        business_date=order.business_date,
        status=OrderStatus(order.status),
        status_text=presenters.order_headline(order),
        method=FulfillmentMethod(order.method),
        pizzas=[_pizza(line) for line in lines if line.kind == "pizza"],
        items=[
            OrderedItem(id=line.slug, name=line.name, price=line.unit_price, quantity=line.quantity)
            for line in lines
            if line.kind != "pizza"
        ],
        order_time=order.placed_at,
        wanted_at=order.requested_for,
        estimated_ready_time=order.promise_from,
        promise=PromiseRecord(earliest=order.promise_from, latest=order.promise_until),
        confirmed_at=order.confirmed_at,
        cooking_started_at=order.cooking_started_at,
        ready_at=order.ready_at,
        out_for_delivery_at=order.out_for_delivery_at,
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=CancelReason(order.cancel_reason) if order.cancel_reason else None,
        driver=_driver(order, by=by),
        payment=PaymentRecord(
            method=PaymentMethod(order.payment_method),
            status=PaymentStatus(order.payment_status),
            paid=order.paid,
            refunded=order.refunded,
            url=_payment_url(order, by=by),
        ),
        cooked_by=staff.cooked_by or None,
        readied_by=staff.readied_by or None,
        delivered_by=staff.delivered_by or None,
    )


def _contact_fields(order: Order, *, is_shown: bool) -> dict[str, Any]:
    contact = order.contact
    address = AddressRecord(
        street=contact.street if is_shown else "",
        city=contact.city,
        zip_code=contact.postal_code,
        directions=contact.directions if is_shown else "",
    )
    return {
        "customer_name": contact.name if is_shown else "",
        "customer_phone": str(contact.phone) if is_shown else "",
        "customer_email": contact.email if is_shown else "",
        "delivery_address": address if order.method == FulfillmentMethod.DELIVERY else None,
        "special_instructions": contact.notes if is_shown else "",
        "allergies": contact.allergies if is_shown else "",
        "cancel_note": contact.reason_note if is_shown and order.status == OrderStatus.CANCELLED else "",
    }


def _pizza(line: OrderLine) -> OrderedPizza:
    parts = list(line.parts.all())
    return OrderedPizza(
        id=line.slug,
        name=line.name,
        size=line.size,
        toppings=[topping["name"] for part in parts for topping in part.added],
        without=[topping["name"] for part in parts for topping in part.left_out],
        price=line.unit_price,
        quantity=line.quantity,
        estimated_cooking_time=line.minutes,
    )


def _driver(order: Order, *, by: Actor) -> DriverRecord | None:
    if order.driver is None or not (by.may(SEE_ALL_ORDERS) or order.driver_id == by.user_id):
        return None
    return driver_record(order.driver)


def _payment_url(order: Order, *, by: Actor) -> str | None:
    """Return where a pending order is paid, to its owner alone: with a guest's secret link, everybody may pay."""
    if order.status != OrderStatus.PENDING or not policies.is_owner(order, by):
        return None
    return urljoin(settings.SHOP_ORIGIN, selectors.payment_url(order))
