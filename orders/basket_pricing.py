"""
The prices of a basket: what the basket page shows and what `place_order` charges come from the same functions.

The price of one item comes from `menu.prices`.
"""

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
    Amounts of a basket or order: total = lines - discount + delivery fee + tip, plus tax unless the prices include it.

    `tax_rate` is in percent. Discounts, delivery fees and tips do not exist yet.
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
    """A basket line with its price, or with the refusal that says why it cannot be ordered."""

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
        """Return the minutes in the oven, one entry per pizza."""
        return [
            line.priced.minutes
            for line in self.lines
            if line.priced and line.priced.kind == "pizza"
            for _unit in range(line.line.quantity)
        ]


def lines_fingerprint(lines: Sequence[BasketLine]) -> str:
    """Return the SHA-256 of a basket's selections and quantities, in hex, to detect a changed basket."""
    filling = json.dumps([[line.selection, line.quantity] for line in lines], sort_keys=True)
    return hashlib.sha256(filling.encode()).hexdigest()


def price_basket(lines: Sequence[BasketLine], *, snapshot: MenuSnapshot, at: datetime) -> PricedBasket:
    """Price each line, and total the lines that can be ordered."""
    priced_lines = [_price_line(line, snapshot, at) for line in lines]
    return PricedBasket(priced_lines, totals(sum((line.total for line in priced_lines), ZERO)))


def totals(lines: Decimal) -> Totals:
    """
    Return the tax and the total for a sum of lines.

    The tax is computed once on the whole sum and rounded half-up to the cent.
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
    except ValidationError:  # the selection was stored by a newer release than this one
        return PricedLine(line, None, NotOnTheMenu(_("That can no longer be chosen like this."), field="item"))
    except Refusal as refusal:
        return PricedLine(line, None, refusal)
