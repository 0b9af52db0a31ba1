"""
The prices of a basket: what the basket page shows and what `place_order` charges come from the same functions.

The price of one item comes from `menu.prices`; discount, delivery fee, tip and tax are computed here, in this order.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from menu import prices
from menu.prices import MenuSnapshot, NotOnTheMenu, PricedItem, ToppingSnapshot
from orders.models import BasketLine
from orders.price_trace import DeliveryStep, DiscountStep, LineStep, PriceTrace, TaxStep, TipStep
from orders.totals import Adjustment, AdjustmentKind, TaxedAmount, Totals, spread, totals_of
from pizzeria.foundation.money import ZERO, minor_digits, rounded
from pizzeria.foundation.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A basket line with its price, or with the refusal that says why it cannot be ordered."""

    basket_line: BasketLine
    item: PricedItem | None
    refusal: Refusal | None

    @property
    def total(self) -> Decimal:
        return self.item.unit_price * self.basket_line.quantity if self.item else ZERO

    @property
    def previous_price(self) -> Decimal | None:
        """Return the price of one that the guest was shown, if it is another one now; else None."""
        shown = self.basket_line.shown_price
        return None if self.item is None or shown == self.item.unit_price else shown


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """
    What a coupon takes off.

    :param value: an amount if fixed, else a percentage
    """

    code: str
    kind: Literal["fixed", "percent"]
    value: Decimal


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """
    What a delivery into a zone costs, and how long it takes.

    :param zone: the zone's slug; blank: a shop without zones, which delivers everywhere for nothing
    :param minimum: the least total of the lines with which the shop delivers there
    :param free_from: the lines' total from which there is no fee; None: there is none
    :param driving_minutes: from the counter to the guest; None: those of the shop's settings
    """

    zone: str = ""
    name: str = ""
    fee: Decimal = ZERO
    minimum: Decimal = ZERO
    free_from: Decimal | None = None
    driving_minutes: int | None = None

    def fee_for(self, lines_total: Decimal) -> Decimal:
        """Return the fee for lines of a total."""
        return ZERO if self.free_from is not None and lines_total >= self.free_from else self.fee


@dataclass(frozen=True, slots=True)
class Tip:
    """
    A tip: a percentage, or a free amount.

    :param percent: None: a free amount
    :param amount: the free amount
    """

    percent: Decimal | None = None
    amount: Decimal = ZERO


NO_TIP = Tip()


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """What a guest has chosen beside the lines, as far as it changes the total; `delivery` is None for a pickup."""

    coupon: CouponTerms | None = None
    delivery: DeliveryTerms | None = None
    tip: Tip = NO_TIP


NO_TERMS = PriceTerms()


@dataclass(frozen=True, slots=True)
class PricedBasket:
    lines: Sequence[PricedLine]
    totals: Totals
    trace: PriceTrace

    def under(self, terms: PriceTerms) -> "PricedBasket":
        """Return the basket with the total that it has with a coupon, a delivery or a tip."""
        return PricedBasket(self.lines, *_total(self.lines, terms))

    @property
    def refusals(self) -> list[Refusal]:
        return [line.refusal for line in self.lines if line.refusal]

    @property
    def pizza_minutes(self) -> list[int]:
        """Return the minutes in the oven, one entry per pizza."""
        return [
            line.item.minutes
            for line in self.lines
            if line.item and line.item.kind == "pizza"
            for _unit in range(line.basket_line.quantity)
        ]

    @property
    def fingerprint(self) -> str:
        """
        Return the SHA-256, in hex, of what a guest agrees to beside the total.

        That is each selection with its quantity, and what the dish is: its name, its recipe, its allergens.
        """
        lines = [[line.basket_line.selection, line.basket_line.quantity, _identity(line.item)] for line in self.lines]
        return hashlib.sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()


def price_basket(lines: Sequence[BasketLine], *, snapshot: MenuSnapshot, at: datetime) -> PricedBasket:
    """Price each line, and total the lines that can be ordered; without coupon, delivery and tip."""
    priced_lines = [_price_line(line, snapshot, at) for line in lines]
    return PricedBasket(priced_lines, *_total(priced_lines, NO_TERMS))


def tax_rate_of(item: PricedItem) -> Decimal:
    """Return the tax rate of an item, in percent."""
    rate: Decimal = settings.SHOP_TAX_PERCENTS[item.tax_kind]
    return rate


def _total(lines: Sequence[PricedLine], terms: PriceTerms) -> tuple[Totals, PriceTrace]:
    lines = [line for line in lines if line.item]
    line_totals = [line.total for line in lines]
    lines_total = sum(line_totals, ZERO)
    discount = _discount(terms.coupon, lines_total)
    shares = spread(discount.amount if discount else ZERO, over=line_totals)
    steps = [_line_step(line, share) for line, share in zip(lines, shares, strict=True)]
    delivery = _delivery(terms.delivery, lines_total)
    tip = _tip(terms.tip, lines_total - sum(shares, ZERO))
    totals = totals_of(
        [TaxedAmount(step.total, step.tax_rate) for step in steps],
        adjustments=[*_discount_by_rate(discount, steps), *_adjustments(delivery, tip)],
        tax_included=settings.SHOP_TAX_INCLUDED,
    )
    return totals, PriceTrace(
        minor_digits=minor_digits(),
        lines=tuple(steps),
        lines_total=totals.lines_total,
        discount=discount,
        delivery=delivery,
        tip=tip,
        taxes=tuple(TaxStep(rate=line.rate, base=line.base, tax=line.tax) for line in totals.tax_lines),
        tax_included=totals.tax_included,
        total=totals.total,
    )


def _discount(coupon: CouponTerms | None, lines_total: Decimal) -> DiscountStep | None:
    if coupon is None:
        return None
    off = coupon.value if coupon.kind == "fixed" else rounded(lines_total * coupon.value / 100)
    return DiscountStep(code=coupon.code, kind=coupon.kind, value=coupon.value, amount=min(off, lines_total))


def _delivery(terms: DeliveryTerms | None, lines_total: Decimal) -> DeliveryStep | None:
    if terms is None or not terms.zone:
        return None
    return DeliveryStep(
        zone=terms.zone,
        fee=terms.fee,
        free_from=terms.free_from,
        amount=terms.fee_for(lines_total),
        tax_rate=settings.SHOP_TAX_PERCENTS["delivery"],
    )


def _tip(tip: Tip, discounted_total: Decimal) -> TipStep | None:
    """Return the step of a tip; None if there is none. It is never computed on a fee, nor on tax that is added."""
    if tip.percent is None:
        return TipStep(percent=None, base=ZERO, amount=tip.amount) if tip.amount else None
    amount = rounded(discounted_total * tip.percent / 100)
    return TipStep(percent=tip.percent, base=discounted_total, amount=amount) if amount else None


def _line_step(line: PricedLine, discount: Decimal) -> LineStep:
    item = line.item
    assert item is not None, "lines with a price only"
    part = item.parts[0] if item.parts else None  # a pizza has one part, until halves can be ordered
    return LineStep(
        base=part.base_price if part else item.unit_price,
        factor=item.size.factor if item.size else Decimal(1),
        added=part.added_prices if part else (),
        unit_price=item.unit_price,
        quantity=line.basket_line.quantity,
        total=line.total,
        discount=discount,
        tax_rate=tax_rate_of(item),
    )


def _discount_by_rate(discount: DiscountStep | None, lines: Iterable[LineStep]) -> list[Adjustment]:
    """Return the discount as adjustments: one for each tax rate of the lines that it is spread over."""
    if discount is None:
        return []
    by_rate: dict[Decimal, Decimal] = {}
    for line in lines:
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, ZERO) + line.discount
    return [
        Adjustment(kind=AdjustmentKind.DISCOUNT, code=discount.code, amount=-amount, tax_rate=rate)
        for rate, amount in by_rate.items()
        if amount
    ]


def _adjustments(delivery: DeliveryStep | None, tip: TipStep | None) -> list[Adjustment]:
    adjustments = []
    if delivery and delivery.amount:
        adjustments.append(
            Adjustment(
                kind=AdjustmentKind.DELIVERY_FEE,
                code=delivery.zone,
                amount=delivery.amount,
                tax_rate=delivery.tax_rate,
            )
        )
    if tip:
        adjustments.append(Adjustment(kind=AdjustmentKind.TIP, code="", amount=tip.amount, tax_rate=None))
    return adjustments


def _identity(item: PricedItem | None) -> list[object]:
    if item is None:
        return []
    parts = [[part.pizza.name, _names(part.pizza.recipe), _names(part.toppings)] for part in item.parts]
    return [item.name, item.size.name if item.size else "", parts, asdict(item.declaration)]


def _names(toppings: Iterable[ToppingSnapshot]) -> list[str]:
    return sorted(topping.name for topping in toppings)


def _price_line(line: BasketLine, snapshot: MenuSnapshot, at: datetime) -> PricedLine:
    try:
        return PricedLine(line, prices.price(line.parsed_selection, snapshot=snapshot, at=at), None)
    except ValidationError:  # the selection was stored by a newer release than this one
        return PricedLine(line, None, NotOnTheMenu(_("That can no longer be chosen like this."), field="item"))
    except Refusal as refusal:
        return PricedLine(line, None, refusal)
