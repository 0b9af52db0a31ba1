"""
The prices of a basket: what the basket page shows and what `place_order` charges come from the same functions.

The price of one item comes from `menu.prices`.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from menu import prices
from menu.prices import MenuSnapshot, NotOnTheMenu, PricedItem, ToppingSnapshot
from orders.models import BasketLine
from orders.totals import Totals, totals_of
from pizzeria.foundation.money import ZERO
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


@dataclass(frozen=True, slots=True)
class PricedBasket:
    lines: Sequence[PricedLine]
    totals: Totals

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
    """Price each line, and total the lines that can be ordered."""
    priced_lines = [_price_line(line, snapshot, at) for line in lines]
    lines_total = sum((line.total for line in priced_lines), ZERO)
    totals = totals_of(lines_total, tax_rate=settings.SHOP_TAX_PERCENT, tax_included=settings.SHOP_TAX_INCLUDED)
    return PricedBasket(priced_lines, totals)


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
