"""
Placing an order.

Locks: the form's key, the basket, the kitchen. Order and lines are written before the kitchen is taken, so that its
lock, on which every other guest waits, is held for a moment only.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from kitchen import services as kitchen_line
from kitchen.models import Kitchen, Method
from menu import offers
from orders.events import OrderConfirmed, OrderPlaced
from orders.models import Basket, Order, OrderContact, PaymentMethod
from orders.models.order import new_key
from orders.reckoning import Reckoning, Totals, reckon
from orders.services import basket as baskets
from orders.services.customers import customer_for
from orders.services.lines import kitchen_items, placed_lines, write_lines
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.ledger import Once
from pizzeria.foundation.money import written
from pizzeria.foundation.refusals import Refusal


class EmptyBasket(Refusal):
    code = "empty_basket"
    status = 422


class AddressMissing(Refusal):
    """A delivery has to go somewhere."""

    code = "address_missing"
    status = 422


class BasketSpent(Refusal):
    """The basket was ordered already, from another form. `order_ref` is what it became."""

    code = "basket_spent"

    def __init__(self, sentence: str, *, order_ref: UUID) -> None:
        super().__init__(sentence)
        self.order_ref = order_ref


class TotalChanged(Refusal):
    """A price has changed since the guest saw the total. Both are told; the guest decides."""

    code = "total_changed"

    def __init__(self, sentence: str, *, shown: Decimal, total: Decimal) -> None:
        super().__init__(sentence)
        self.shown = shown
        self.total = total


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Who it is for and, for a delivery, where; `phone` in international form."""

    name: str
    phone: str
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    directions: str = ""
    allergies: str = ""
    notes: str = ""

    @property
    def has_address(self) -> bool:
        return bool(self.street and self.city)


def _order_made(ref: UUID) -> Order:
    return Order.objects.select_related("contact").get(ref=ref)


@command(again=_order_made)
def place_order(
    *,
    ref: UUID,
    basket: UUID,
    contact: ContactDetails,
    shown_total: Decimal,
    method: Method = Method.PICKUP,
    by: Actor,
    at: datetime,
    once: Once | None = None,
) -> Order:
    """
    Turn a basket into an order to be paid in cash, and give it a place in the line.

    :param ref: of the order to be made
    :param basket: its ref
    :param shown_total: the total that the guest agreed to
    :param once: the form's key; the same form sent again gets the same order
    :raises AddressMissing, EmptyBasket, BasketSpent, SoldOut, NotOnTheMenu, TotalChanged: nothing is kept
    :raises KitchenClosed, KitchenFull: nothing is kept
    """
    if method == Method.DELIVERY and not contact.has_address:
        raise AddressMissing(_("Where shall we bring it? Please tell us street and town."), field="street")
    spent, reckoning = _take_basket(basket, at=at)
    _refuse_unless_agreed(reckoning.totals, shown_total)
    customer = customer_for(by, at=at)
    order = Order.objects.create(ref=ref, kitchen_id=spent.kitchen_id, customer=customer, method=method)
    order.contact = OrderContact.objects.create(
        order=order,
        key="" if customer else new_key(),
        **asdict(contact),
    )
    lines = placed_lines(reckoning)
    write_lines(order, lines)

    failpoints.reach("orders.place_order.before_kitchen")
    kitchen = kitchen_line.lock(spent.kitchen_id)
    business_date = clock.business_date(at)
    number = _next_number(kitchen, business_date)
    promise = kitchen_line.book_ticket(
        line=kitchen,
        ref=ref,
        label=f"#{number}",
        slip=kitchen_line.Slip(
            method=method,
            items=kitchen_items(lines),
            pizza_minutes=reckoning.pizza_minutes,
            notes=contact.notes,
            allergies=contact.allergies,
        ),
        at=at,
    )
    totals = reckoning.totals
    record(
        order,
        OrderPlaced(
            kitchen=kitchen.ref,
            customer=customer.ref if customer else None,
            number=number,
            business_date=business_date,
            method=method,
            wanted_at=None,
            promise_from=promise.ready_from,
            promise_until=promise.ready_until,
            lines=lines,
            lines_total=totals.lines,
            tax=totals.tax,
            tax_percent=totals.tax_rate,
            tax_included=totals.tax_included,
            total=totals.total,
            payment_method=PaymentMethod.CASH,
        ),
        OrderConfirmed(
            payment_method=PaymentMethod.CASH,
            payment="due",
            promise_from=promise.ready_from,
            promise_until=promise.ready_until,
        ),
        by=by,
        at=at,
    )
    spent.order_ref = ref
    spent.save(update_fields=["order_ref"])
    return order


def _take_basket(ref: UUID, *, at: datetime) -> tuple[Basket, Reckoning]:
    """Hold the basket and reckon it from the database; refuse when there is nothing in it that could be had."""
    basket = baskets.lock(ref)
    if basket and basket.order_ref:
        raise BasketSpent(_("This basket has been ordered already."), order_ref=basket.order_ref)
    lines = list(basket.lines.all()) if basket else []
    if not basket or not lines:
        raise EmptyBasket(_("Your basket is empty. Choose a pizza first."))
    reckoning = reckon(lines, offer=offers.fresh(), at=at)
    if reckoning.problems:
        first = reckoning.problems[0]
        raise type(first)(" ".join(problem.sentence for problem in reckoning.problems), field="basket")
    return basket, reckoning


def _refuse_unless_agreed(totals: Totals, shown: Decimal) -> None:
    if totals.total != shown:
        raise TotalChanged(
            _("A price has changed since you looked: it was %(shown)s, now it is %(total)s. Please look again.")
            % {"shown": written(shown), "total": written(totals.total)},
            shown=shown,
            total=totals.total,
        )


def _next_number(kitchen: Kitchen, business_date: date) -> int:
    """Give out the day's next number; the kitchen's lock makes it unique."""
    newest = Order.objects.filter(kitchen=kitchen, business_date=business_date).aggregate(newest=Max("number"))
    return (newest["newest"] or 0) + 1
