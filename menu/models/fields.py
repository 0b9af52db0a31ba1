"""Fields that several tables of the menu have."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.money import AmountField, format_amount, from_minor_units, minor_digits


def max_price() -> Decimal:
    """Return the highest price that is no slip of the finger: €10,000.00; ¥10,000,000 in a currency without cents."""
    return Decimal(10_000) if minor_digits() else Decimal(10_000_000)


def refuse_unlikely_price(price: Decimal) -> None:
    """
    Refuse a price of nothing, and one that is too high for anything on a menu.

    :raises ValidationError:
    """
    if price == 0:
        raise ValidationError(_("More than nothing, please."))
    if price > max_price():
        raise ValidationError(_("%(most)s at most, please.") % {"most": format_amount(max_price())})


class PriceField[S, G](AmountField[S, G]):
    """Column of a price that managers set."""

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, refuse_unlikely_price]


def price_field(default: Any = NOT_PROVIDED) -> PriceField[Decimal, Decimal]:
    """Return the field of a price. In any size and with any toppings, it stays far below `money.MAX_AMOUNT`."""
    return PriceField(max_digits=10, validators=[MinValueValidator(Decimal("0.00"))], default=default)


def usual_topping_price() -> Decimal:
    """Return the price of a topping for which none is given: €2.50, or ¥250."""
    return from_minor_units(250)


def colour_field(default: str) -> "models.CharField[str, str]":
    return models.CharField(
        max_length=7, default=default, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it like #b3261e."))]
    )
