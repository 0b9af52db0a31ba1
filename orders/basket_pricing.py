"""What a basket comes to. The basket page shows it and `place_order` charges it: one reckoning, menu's one price."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from menu import prices
from menu.prices import MenuSnapshot, NotOnTheMenu, PricedItem
from orders.models import BasketLine
from pizzeria.foundation.money import ZERO, rounded
from pizzeria.foundation.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Totals:
    """
    What is to be paid: lines - discount + delivery fee + tip, and the tax unless the prices include it.

    `tax_rate` is in percent. There are no discounts, fees and tips yet.
    """

    lines: Decimal
    discount: Decimal
    delivery_fee: Decimal
    tip: Decimal
    tax: Decimal
    tax_included: bool
    tax_rate: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a basket with its price, or with why it cannot be had."""

    line: BasketLine
    priced: PricedItem | None
    problem: Refusal | None

    @property
    def total(self) -> Decimal:
        return self.priced.unit_price * self.line.quantity if self.priced else ZERO


@dataclass(frozen=True, slots=True)
class PricedBasket:
    lines: Sequence[PricedLine]
    totals: Totals

    @property
    def problems(self) -> list[Refusal]:
        return [line.problem for line in self.lines if line.problem]

    @property
    def pizza_minutes(self) -> list[int]:
        """Minutes in the oven, one entry a pizza."""
        return [
            line.priced.minutes
            for line in self.lines
            if line.priced and line.priced.kind == "pizza"
            for _unit in range(line.line.quantity)
        ]


def lines_fingerprint(lines: Sequence[BasketLine]) -> str:
    """Tell one filling of a basket from another: choices and quantities, in hex."""
    filling = json.dumps([[line.selection, line.quantity] for line in lines], sort_keys=True)
    return hashlib.sha256(filling.encode()).hexdigest()


def price_basket(lines: Sequence[BasketLine], *, snapshot: MenuSnapshot, at: datetime) -> PricedBasket:
    """Price each line, and add up those that can be had."""
    priced_lines = [_price_line(line, snapshot, at) for line in lines]
    return PricedBasket(priced_lines, totals(sum((line.total for line in priced_lines), ZERO)))


def totals(lines: Decimal) -> Totals:
    """
    Work out tax and total from what the lines add up to.

    The tax is worked out once on the whole and rounded half-up to the cent.
    """
    rate: Decimal = settings.SHOP_TAX_PERCENT
    included: bool = settings.SHOP_TAX_INCLUDED
    tax = rounded(lines * rate / (100 + rate if included else 100))
    return Totals(
        lines=lines,
        discount=ZERO,
        delivery_fee=ZERO,
        tip=ZERO,
        tax=tax,
        tax_included=included,
        tax_rate=rate,
        total=lines if included else lines + tax,
    )


def _price_line(line: BasketLine, snapshot: MenuSnapshot, at: datetime) -> PricedLine:
    try:
        return PricedLine(line, prices.price(line.chosen, snapshot=snapshot, at=at), None)
    except ValidationError:  # written by a newer release than this one
        return PricedLine(line, None, NotOnTheMenu(_("That can no longer be chosen like this."), field="item"))
    except Refusal as refusal:
        return PricedLine(line, None, refusal)
