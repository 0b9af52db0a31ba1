from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from kitchen import undo
from menu import selectors as menu_selectors
from menu.declarations import DECLARATION_ADAPTER
from menu.selectors import DeclarationSummary
from orders import policies, presenters
from orders.events import OrderNotesChanged, OrderPromiseChanged
from orders.models import Basket, Order, OrderContact, OrderLine, OrderStatus, PaymentMethod
from orders.price_trace import PriceTrace
from orders.selectors.basket import LineDetail
from orders.totals import Totals
from pizzeria.foundation.actor import GUEST, Actor
from pizzeria.foundation.events.models import StoredEvent


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """Read model of an order for its guest."""

    number: int
    version: int  # of the tracker: the newest event's seq
    status: str
    headline: str
    message: str
    steps: list[presenters.TimelineStep]
    promise_from: datetime
    promise_until: datetime
    placed_at: datetime
    lines: list[LineDetail]
    totals: Totals
    explanation: list[str]  # the steps of the price; empty: ordered before they were recorded
    payment: str
    payment_url: str  # where it is paid by card; blank: not to be paid now
    has_receipts: bool  # it was paid, and that stood: the pages of payments show its receipt, once it is issued
    can_be_ordered_again: bool  # the payment has failed: the same basket is offered once more
    method: str
    name: str
    phone: str
    email: str
    address: list[str]  # its lines; empty for a pickup
    notes: str
    allergies: str
    reason_note: str  # note to the reason of the cancellation
    is_active: bool
    is_live: bool  # the page follows it: it can still change
    can_be_cancelled: bool  # by its guest
    takes_notes: bool  # for the kitchen, of its guest


@dataclass(frozen=True, slots=True)
class OrderRow:
    number: int
    headline: str
    placed_at: datetime
    total: Decimal
    summary: str
    url: str


def visible_to(by: Actor, ref: UUID) -> Order | None:
    """Return an order to an actor who may see it, with its contact and kitchen; None to any other actor."""
    order = _placed_order(ref)
    return order if order and policies.is_visible(order, by) else None


def order_by_guest_token(ref: UUID, token: str) -> Order | None:
    """Return an order by the token in its guest's link; None for an order that has no link, or another token."""
    order = _placed_order(ref)
    return order if order and policies.has_guest_link(order, GUEST.with_guest_token(token)) else None


def _placed_order(ref: UUID) -> Order | None:
    return Order.objects.select_related("contact", "customer", "kitchen").filter(ref=ref).first()


def last_step(ref: UUID) -> StoredEvent | None:
    """Return the newest event of an order that a step recorded: a new promise or a note is none. One query."""
    no_steps = (OrderPromiseChanged.type, OrderNotesChanged.type)
    events = StoredEvent.objects.filter(aggregate_ref=ref).exclude(type__in=no_steps)
    return events.order_by("seq").last()


def can_be_undone(step: StoredEvent, by: Actor, at: datetime) -> bool:
    """Return whether a step is the actor's own and recent enough to be undone."""
    return step.actor == str(by) and undo.is_recent(step.at, at)


def get_order(ref: UUID) -> Order:
    """
    Return an order without an access check: the caller knows that the requester placed it.

    :raises Order.DoesNotExist: there is no such order
    """
    return Order.objects.select_related("contact").get(ref=ref)


def order_for_basket(basket: UUID) -> Order | None:
    """Return the order that a basket has become; None if it has not been checked out."""
    order_refs = Basket.objects.filter(ref=basket).exclude(order_ref=None).values("order_ref")
    return Order.objects.select_related("contact").filter(ref__in=order_refs).first()


def order_url(order: Order) -> str:
    """Return the URL at which the guest or customer finds the order."""
    if order.contact.guest_token:
        return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    return order.get_absolute_url()


def payment_url(order: Order) -> str:
    """Return the URL of our own page that leads a guest or customer to where a pending order is paid."""
    if order.contact.guest_token:
        return reverse("payments:guest_pay", args=[order.ref, order.contact.guest_token])
    return reverse("payments:pay", args=[order.ref])


def last_payment_method(by: Actor) -> PaymentMethod | None:
    """Return how a customer wanted to pay the last time. One query."""
    methods = orders_of(by).prefetch_related(None).values_list("payment_method", flat=True)
    return next((PaymentMethod(method) for method in methods[:1]), None)


def unpaid_order_url(basket: UUID) -> str:
    """Return the URL on which the order that a basket has become can still be paid; blank: nothing is left to pay."""
    order = order_for_basket(basket)
    if order is None or order.status != OrderStatus.PENDING:
        return ""
    if order.contact.guest_token:
        return reverse("payments:guest_left", args=[order.ref, order.contact.guest_token])
    return reverse("payments:left", args=[order.ref])


def orders_of(by: Actor) -> QuerySet[Order]:
    """Return the orders of a user's own account, newest first, with the lines that a row shows; none of a guest."""
    orders = Order.objects.order_by("-id").prefetch_related("lines")
    return orders.none() if by.user_id is None else orders.filter(customer__user_id=by.user_id)


def order_row(order: Order) -> OrderRow:
    """Return the row of a placed order in its customer's history. No query, if its lines are loaded."""
    assert order.number and order.placed_at and order.total is not None, "placed orders only"
    return OrderRow(
        number=order.number,
        headline=presenters.order_headline(order),
        placed_at=order.placed_at,
        total=order.total,
        summary=", ".join(
            f"{line.quantity} × {line.name}" if line.quantity > 1 else line.name for line in order.lines.all()
        ),
        url=order.get_absolute_url(),
    )


def order_detail(order: Order, *, at: datetime) -> OrderDetail:
    """Return the detail of a placed order, whose contact must be loaded. Three queries: lines, parts, adjustments."""
    assert order.number and order.promise_from and order.promise_until and order.placed_at, "placed orders only"
    contact, lines = order.contact, lines_of(order)
    return OrderDetail(
        number=order.number,
        version=order.seq,
        status=order.status,
        headline=presenters.order_headline(order),
        message=presenters.status_message(order),
        steps=presenters.order_steps(order),
        promise_from=order.promise_from,
        promise_until=order.promise_until,
        placed_at=order.placed_at,
        lines=lines,
        totals=order.totals,
        explanation=price_explanation(order, lines),
        payment=presenters.payment_text(order),
        payment_url=payment_url(order) if order.status == OrderStatus.PENDING else "",
        has_receipts=bool(order.paid and order.confirmed_at),
        can_be_ordered_again=order.status == OrderStatus.CANCELLED and bool(order.payment_failure),
        method=order.method,
        name=contact.name,
        phone=contact.phone.as_international if contact.phone else "",
        email=contact.email,
        address=address_lines(contact),
        notes=contact.notes,
        allergies=contact.allergies,
        reason_note=contact.reason_note,
        is_active=order.is_active,
        is_live=order.is_active or (order.delivered_at is not None and at < undo.final_from(order.delivered_at)),
        can_be_cancelled=order.is_active and not order.has_started,
        takes_notes=order.takes_notes,
    )


def price_explanation(order: Order, lines: Sequence[LineDetail]) -> list[str]:
    """Return the steps of an order's price as sentences; none if it was ordered before they were recorded."""
    if order.price_trace is None:
        return []
    trace = PriceTrace.model_validate(order.price_trace)
    return presenters.price_explanation(trace, names=[line.name for line in lines])


def address_lines(contact: OrderContact) -> list[str]:
    """Return an address line by line, as on an envelope."""
    lines = [contact.street, f"{contact.postal_code} {contact.city}".strip(), contact.directions]
    return [line for line in lines if line]


def lines_of(order: Order) -> list[LineDetail]:
    """Return the order's lines as they were ordered. Two queries."""
    return [
        LineDetail(
            name=line.name,
            size=line.size_name,
            added=[topping["name"] for part in line.parts.all() for topping in part.added],
            left_out=[topping["name"] for part in line.parts.all() for topping in part.left_out],
            quantity=line.quantity,
            unit_price=line.unit_price,
            total=line.total,
            declaration=_declaration(line),
        )
        for line in order.lines.prefetch_related("parts")
    ]


def _declaration(line: OrderLine) -> DeclarationSummary | None:
    if line.declaration is None:
        return None
    return menu_selectors.declaration_summary(DECLARATION_ADAPTER.validate_python(line.declaration))
