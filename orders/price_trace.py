"""
The price trace: the steps by which a total was computed, from the menu's prices to the tax.

An order keeps its trace. Guests read it under "Why this price?", and `orders.price_check` recomputes every step of it
with arithmetic of its own. Amounts are in the shop's currency; rates and percents are in percent.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineStep(_Step):
    """
    One line: the unit price is base x factor, plus each added topping; the total is the unit price x the quantity.

    :ivar base: the pizza's base price, or the simple item's price
    :ivar factor: the price factor of the size; 1 for a simple item
    :ivar added: the price of each added topping
    :ivar discount: the line's share of the discount, zero or more
    :ivar tax_rate: of the kind of item
    """

    base: Decimal
    factor: Decimal
    added: tuple[Decimal, ...]
    unit_price: Decimal
    quantity: int
    total: Decimal
    discount: Decimal
    tax_rate: Decimal


class DiscountStep(_Step):
    """
    The discount of a coupon: a fixed amount, or a percentage of the lines; at most the lines' total.

    :ivar value: an amount if fixed, else a percentage
    :ivar amount: what is taken off, zero or more
    """

    code: str
    kind: Literal["fixed", "percent"]
    value: Decimal
    amount: Decimal


class DeliveryStep(_Step):
    """
    The fee of a delivery.

    :ivar zone: the zone's slug
    :ivar fee: the zone's fee
    :ivar free_from: the lines' total from which there is no fee; None: there is none
    :ivar amount: what is charged
    """

    zone: str
    fee: Decimal
    free_from: Decimal | None
    amount: Decimal
    tax_rate: Decimal


class TipStep(_Step):
    """
    The tip: a percentage of the lines less the discount, without added tax; or a free amount.

    :ivar percent: None: a free amount
    :ivar base: what the percentage is of; zero for a free amount
    """

    percent: Decimal | None
    base: Decimal
    amount: Decimal


class TaxStep(_Step):
    """The tax of one rate, on the sum of what is taxed at it; rates of zero have no step."""

    rate: Decimal
    base: Decimal
    tax: Decimal


class PriceTrace(_Step):
    """
    The steps of one total.

    :ivar minor_digits: the decimals of the currency, to which each step is rounded half-up
    """

    minor_digits: int
    lines: tuple[LineStep, ...]
    lines_total: Decimal
    discount: DiscountStep | None
    delivery: DeliveryStep | None
    tip: TipStep | None
    taxes: tuple[TaxStep, ...]
    tax_included: bool
    total: Decimal
