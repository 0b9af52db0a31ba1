"""Fields that several tables of the menu have."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.money import AmountField, from_minor_units


def price_field(default: Any = NOT_PROVIDED) -> AmountField[Decimal, Decimal]:
    """Return the field of a price. In any size and with any toppings, it stays far below `money.MAX_AMOUNT`."""
    return AmountField(max_digits=10, validators=[MinValueValidator(Decimal("0.00"))], default=default)


def usual_topping_price() -> Decimal:
    """Return the price of a topping for which none is given: €2.50, or ¥250."""
    return from_minor_units(250)


def colour_field(default: str) -> "models.CharField[str, str]":
    return models.CharField(
        max_length=7, default=default, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it like #b3261e."))]
    )
