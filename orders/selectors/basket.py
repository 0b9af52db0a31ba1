from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Kitchen
from kitchen.selectors import Queue, Quote
from kitchen.slots import Slots
from menu import catalogue
from menu import selectors as menu_selectors
from menu.prices import MenuSnapshot, PricedItem
from menu.selectors import DeclarationSummary
from orders.basket_pricing import NO_TIP, CouponTerms, PricedLine, PriceTerms, Tip, price_basket
from orders.models import BasketLine
from orders.order_size import refusal_of_large_order
from orders.price_trace import PriceTrace
from orders.selectors.coupons import coupon_refusal, find_coupon, terms_of
from orders.selectors.delivery_area import DeliveryOffer, delivery_offer
from orders.selectors.quotes import quote, slots_for
from orders.totals import Totals


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A line as shown to guests, in a basket or on a receipt."""

    name: str
    size: str
    added: list[str]
    left_out: list[str]
    quantity: int
    unit_price: Decimal
    total: Decimal
    declaration: DeclarationSummary | None  # None: it cannot be ordered, or was ordered before this was recorded


@dataclass(frozen=True, slots=True)
class BasketLineSummary:
    ref: UUID
    line: LineDetail
    illustration: str  # URL of its picture or illustration; blank: the dish is no longer on the menu
    problem: str
    previous_price: Decimal | None  # of one, as the guest was shown it; None: it is still the same


@dataclass(frozen=True, slots=True)
class Choices:
    """
    What a guest has chosen beside the lines, as far as it changes the total or the time; valid or not.

    :param postal_code: as typed; blank: none yet
    :param is_delivery: whether it is to be brought
    :param coupon: a code, as typed; blank: none
    :param phone: in international form; blank: none yet
    :param user_id: the signed-in customer's; None: a guest
    """

    postal_code: str = ""
    is_delivery: bool = False
    coupon: str = ""
    tip: Tip = NO_TIP
    phone: str = ""
    user_id: int | None = None


NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class BasketSummary:
    """
    A basket as shown to guests.

    :ivar totals: with coupon, delivery and tip, as far as they can be had
    :ivar delivery: what a delivery to the typed postal code would be
    :ivar coupon_problem: why the typed coupon cannot be used; blank: it can, or none is typed
    :ivar queue: the kitchen's, when the quote was computed from it
    :ivar too_large: why the shop is to be called instead; blank: the basket is not too large
    :ivar pizza_minutes: minutes in the oven, one entry per pizza
    :ivar used_at: its last use; None: it is empty
    """

    lines: list[BasketLineSummary]
    totals: Totals
    trace: PriceTrace
    delivery: DeliveryOffer
    coupon_problem: str
    kitchen: Kitchen
    queue: Queue
    quote: Quote
    fingerprint: str
    too_large: str
    pizza_minutes: list[int]
    used_at: datetime | None

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def unavailable(self) -> list[str]:
        """Return the names of what cannot be ordered now."""
        return [line.line.name for line in self.lines if line.problem]

    @property
    def changed_prices(self) -> int:
        """Return the number of lines that have another price than the guest was shown."""
        return sum(line.previous_price is not None for line in self.lines)

    @property
    def can_check_out(self) -> bool:
        is_possible = (self.quote.accepts_orders or self.quote.takes_later) and not self.too_large
        return bool(self.lines) and is_possible and not self.unavailable

    def slots(self, *, method: FulfillmentMethod, at: datetime) -> Slots:
        """Return the times at which the basket can be wanted as an order, by the queue of its quote. No query."""
        driving_minutes = self.delivery.terms.driving_minutes if self.delivery.terms else None
        return slots_for(
            method=method,
            pizza_minutes=self.pizza_minutes,
            driving_minutes=driving_minutes,
            kitchen=self.kitchen,
            queue=self.queue,
            at=at,
        )


def basket(ref: UUID | None, *, at: datetime, choices: Choices = NO_CHOICES) -> BasketSummary:
    """Return the summary of an open basket at current prices; a spent or unknown basket is empty."""
    lines = list(_open_lines(ref)) if ref else []
    snapshot = catalogue.current_snapshot()
    priced_basket = price_basket(lines, snapshot=snapshot, at=at)
    lines_total = priced_basket.totals.lines_total
    delivery = delivery_offer(choices.postal_code, lines_total=lines_total)
    coupon, coupon_problem = _coupon_terms(choices, lines_total, at)
    priced_basket = priced_basket.under(
        PriceTerms(coupon=coupon, delivery=delivery.terms if choices.is_delivery else None, tip=choices.tip)
    )
    pizza_minutes, totals = priced_basket.pizza_minutes, priced_basket.totals
    large = refusal_of_large_order(pizzas=len(pizza_minutes), total=totals.total)
    driving_minutes = delivery.terms.driving_minutes if delivery.terms else None
    kitchen = kitchen_selectors.the_kitchen()
    queue = kitchen_selectors.queue_of(kitchen, at=at)
    current_quote = quote(
        at=at,
        pizza_minutes=pizza_minutes if lines else None,
        driving_minutes=driving_minutes,
        kitchen=kitchen,
        queue=queue,
    )
    return BasketSummary(
        lines=[_line_summary(line, snapshot) for line in priced_basket.lines],
        totals=totals,
        trace=priced_basket.trace,
        delivery=delivery,
        coupon_problem=coupon_problem,
        fingerprint=priced_basket.fingerprint,
        kitchen=kitchen,
        queue=queue,
        quote=current_quote,
        too_large=large.message if large else current_quote.too_large,
        pizza_minutes=pizza_minutes,
        used_at=lines[0].basket.used_at if lines else None,
    )


def _coupon_terms(choices: Choices, lines_total: Decimal, at: datetime) -> tuple[CouponTerms | None, str]:
    """Return what the typed coupon takes off, or why it cannot be used. Two queries at most, none without a code."""
    if not choices.coupon:
        return None, ""
    coupon = find_coupon(choices.coupon)
    refusal = coupon_refusal(coupon, lines_total=lines_total, user_id=choices.user_id, phone=choices.phone, at=at)
    if refusal or coupon is None:
        return None, refusal.message if refusal else ""
    return terms_of(coupon), ""


def quantities(ref: UUID) -> dict[UUID, int]:
    """Return the quantities in an open basket, by the line's ref."""
    return {line.ref: line.quantity for line in _open_lines(ref)}


def count_items(ref: UUID) -> int:
    """Return the number of items in an open basket."""
    lines = BasketLine.objects.filter(basket__ref=ref, basket__order_ref=None)
    return lines.aggregate(count=Sum("quantity"))["count"] or 0


def _open_lines(ref: UUID) -> "list[BasketLine]":
    lines = BasketLine.objects.filter(basket__ref=ref, basket__order_ref=None)
    return list(lines.select_related("basket").order_by("id"))


def _line_summary(priced_line: PricedLine, snapshot: MenuSnapshot) -> BasketLineSummary:
    line, priced = priced_line.basket_line, priced_line.item
    dish = menu_selectors.dish(priced.slug if priced else line.slug, snapshot)
    return BasketLineSummary(
        ref=line.ref,
        line=LineDetail(
            name=priced.name if priced else line.name,
            size=priced.size.name if priced and priced.size else "",
            added=_names(priced, "added"),
            left_out=_names(priced, "left_out"),
            quantity=line.quantity,
            unit_price=priced.unit_price if priced else Decimal("0.00"),
            total=priced_line.total,
            declaration=menu_selectors.declaration_summary(priced.declaration) if priced else None,
        ),
        illustration=menu_selectors.thumbnail_url(dish) if dish else "",
        problem=priced_line.refusal.message if priced_line.refusal else "",
        previous_price=priced_line.previous_price,
    )


def _names(priced: PricedItem | None, which: str) -> list[str]:
    if priced is None:
        return []
    return [topping.name for part in priced.parts for topping in getattr(part, which)]
