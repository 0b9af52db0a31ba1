from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hmac import compare_digest
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import Basket, Order, OrderLine, Status
from orders.permissions import SEE_ALL_ORDERS
from orders.reckoning import Totals
from orders.selectors.basket import Line
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.money import ZERO


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    at: datetime | None
    state: str  # "done", "now" or "later"


@dataclass(frozen=True, slots=True)
class OrderPicture:
    """An order as its guest sees it."""

    number: int
    status: str
    headline: str
    sentence: str
    steps: list[Step]
    promise_from: datetime
    promise_until: datetime
    placed_at: datetime
    lines: list[Line]
    totals: Totals
    payment: str
    name: str
    phone: str
    email: str
    notes: str
    allergies: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OrderRow:
    number: int
    headline: str
    placed_at: datetime
    total: Decimal
    summary: str
    url: str


def visible_to(by: Actor, ref: UUID) -> Order | None:
    """Find an order for its owner or for staff who see all; anybody else's is as good as none."""
    orders = Order.objects.select_related("contact")
    if not by.may(SEE_ALL_ORDERS):
        if by.user_id is None:
            return None
        orders = orders.filter(customer__user_id=by.user_id)
    return orders.filter(ref=ref).first()


def by_guest_key(ref: UUID, key: str) -> Order | None:
    """Find a guest's order by the key in its link. A customer's order has no key, so no link opens it."""
    order = Order.objects.select_related("contact").filter(ref=ref).first()
    if order is None or not order.contact.key or not compare_digest(order.contact.key, key):
        return None
    return order


def what_became_of(basket: UUID) -> Order | None:
    """Find the order that a basket was spent on."""
    spent = Basket.objects.filter(ref=basket).exclude(order_ref=None).values("order_ref")
    return Order.objects.select_related("contact").filter(ref__in=spent).first()


def address(order: Order) -> str:
    """Give the address at which whoever ordered finds the order."""
    if order.contact.key:
        return reverse("orders:guest_order", args=[order.ref, order.contact.key])
    return order.get_absolute_url()


def orders_of(by: Actor, *, most: int = 10) -> list[OrderRow]:
    """List a customer's orders, newest first. Two queries."""
    if by.user_id is None:
        return []
    orders = Order.objects.filter(customer__user_id=by.user_id).order_by("-id").prefetch_related("lines")[:most]
    return [_row(order) for order in orders]


def order_picture(order: Order) -> OrderPicture:
    """Picture a placed order; its contact comes with it. Two queries: lines and parts."""
    assert order.number and order.promise_from and order.promise_until and order.placed_at, "placed orders only"
    contact = order.contact
    return OrderPicture(
        number=order.number,
        status=order.status,
        headline=_headline(order),
        sentence=_sentence(order),
        steps=_steps(order),
        promise_from=order.promise_from,
        promise_until=order.promise_until,
        placed_at=order.placed_at,
        lines=_lines(order.lines.prefetch_related("parts")),
        totals=Totals(
            lines=order.lines_total or ZERO,
            tax=order.tax or ZERO,
            tax_included=bool(order.tax_included),
            tax_rate=order.tax_percent or ZERO,
            total=order.total or ZERO,
        ),
        payment=_payment(order),
        name=contact.name,
        phone=contact.phone.as_international if contact.phone else "",
        email=contact.email,
        notes=contact.notes,
        allergies=contact.allergies,
        is_open=order.is_open,
    )


def _headline(order: Order) -> str:
    match order.status:
        case Status.PENDING | Status.CONFIRMED:
            return _("We have your order")
        case Status.COOKING:
            return _("In the oven")
        case Status.READY:
            return _("Ready for you")
        case Status.DELIVERING:
            return _("On its way")
        case Status.DELIVERED:
            return _("Enjoy your meal!")
    return _("This order was cancelled")


def _sentence(order: Order) -> str:
    match order.status:
        case Status.PENDING | Status.CONFIRMED:
            return _("It is in line for the oven. We will call “#%(number)d” at the counter.") % {
                "number": order.number
            }
        case Status.COOKING:
            return _("It smells good already. A few minutes to go.")
        case Status.READY:
            return _("Ask for “#%(number)d” at the counter, while it is hot.") % {"number": order.number}
        case Status.DELIVERED:
            return _("Thank you, and see you soon.")
    return ""


def _steps(order: Order) -> list[Step]:
    times = [
        (_("Ordered"), order.placed_at),
        (_("In the oven"), order.cooking_at),
        (_("Ready"), order.ready_at),
        (_("Handed over"), order.delivered_at),
    ]
    newest = max(index for index, (_name, at) in enumerate(times) if at or index == 0)
    return [
        Step(name, at, "now" if index == newest and order.is_open else "done" if at else "later")
        for index, (name, at) in enumerate(times)
    ]


def _payment(order: Order) -> str:
    due = (order.total or ZERO) - order.paid
    return _("Cash, at the counter") if due else _("Paid in cash")


def _lines(lines: QuerySet[OrderLine]) -> list[Line]:
    return [
        Line(
            name=line.name,
            size=line.size_name,
            added=[topping["name"] for part in line.parts.all() for topping in part.added],
            left_out=[topping["name"] for part in line.parts.all() for topping in part.left_out],
            quantity=line.quantity,
            unit_price=line.unit_price,
            total=line.total,
        )
        for line in lines
    ]


def _row(order: Order) -> OrderRow:
    assert order.number and order.placed_at and order.total is not None, "placed orders only"
    return OrderRow(
        number=order.number,
        headline=_headline(order),
        placed_at=order.placed_at,
        total=order.total,
        summary=", ".join(
            f"{line.quantity} × {line.name}" if line.quantity > 1 else line.name for line in order.lines.all()
        ),
        url=order.get_absolute_url(),
    )
