"""Money: decimals in the shop's one currency, rounded half-up to its minor unit, and the fields that hold them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, cast

from babel.numbers import format_currency, get_currency_precision
from django import forms
from django.conf import settings
from django.core.validators import DecimalValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

ZERO = Decimal("0.00")
DECIMAL_PLACES = 2  # of every column: the settings accept no currency of thousandths
MAX_DIGITS = 12
_PLAIN_AMOUNT = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)")
MAX_AMOUNT = Decimal("9999999999.99")  # the largest with so many digits


def minor_digits() -> int:
    """Return the number of decimals that the shop's currency has: two with cents, none without."""
    return get_currency_precision(settings.SHOP_CURRENCY)


def from_minor_units(count: int) -> Decimal:
    """Return an amount of so many minor units of the shop's currency: 250 are €2.50 or ¥250."""
    return Decimal(count).scaleb(-minor_digits())


def rounded(amount: Decimal) -> Decimal:
    """
    Round an amount half-up to the minor unit, as a till does, not with the banker's rounding of `round()`.

    :param amount: in the shop's currency
    """
    return amount.quantize(from_minor_units(1), rounding=ROUND_HALF_UP)


def format_amount(amount: Decimal) -> str:
    """Format an amount in the shop's currency for the reader's language: €12.99."""
    return _currency_text(str(rounded(amount)), settings.SHOP_CURRENCY, to_locale(get_language() or "en"))


@lru_cache(maxsize=10_000)
def _currency_text(amount: str, currency: str, locale: str) -> str:
    """Return an amount as Babel formats it, which takes 50 microseconds: a long table has thousands."""
    return format_currency(Decimal(amount), currency, locale=locale)


class AmountFormField(forms.DecimalField):
    """Form field of an amount, with as many decimals as the shop's currency has."""

    def __init__(self, *, max_digits: int = MAX_DIGITS, decimal_places: int = DECIMAL_PLACES, **kwargs: Any) -> None:
        digits, whole_digits = minor_digits(), max_digits - decimal_places
        super().__init__(max_digits=whole_digits + digits, decimal_places=digits, **kwargs)
        too_large = _("%(most)s at most, please.") % {"most": format_amount(10**whole_digits - from_minor_units(1))}
        self.error_messages |= {
            "invalid": _("An amount such as %(amount)s, please.") % {"amount": from_minor_units(250)},
            "max_digits": too_large,
            "max_whole_digits": too_large,
            "max_decimal_places": _("At most %(max)s decimals, please.") if digits else _("A whole amount, please."),
        }

    def to_python(self, value: Any) -> Any:
        """Return a typed amount, which has plain digits: Python would also read “1e2” and “1_2”."""
        if isinstance(value, str) and value.strip() and not _PLAIN_AMOUNT.fullmatch(value.strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """Return a stored amount as it is to be typed: a column has two decimals, the currency may have none."""
        is_whole = isinstance(value, Decimal) and value == rounded(value)
        return rounded(value) if is_whole else value


class AmountField[S, G](models.DecimalField[S, G]):
    """Column of an amount. Amounts that the shop's currency does not have are invalid."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": MAX_DIGITS, "decimal_places": DECIMAL_PLACES, **kwargs})

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, refuse_fraction_of_minor_unit]

    def formfield(self, **kwargs: Any) -> AmountFormField:
        return cast("AmountFormField", super().formfield(**{"form_class": AmountFormField, **kwargs}))

    def deconstruct(self) -> Any:
        """Return the field as migrations know it: they need the column only."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


def refuse_fraction_of_minor_unit(amount: Decimal) -> None:
    """
    Refuse an amount with more decimals than the shop's currency has; zeros at the end do not count.

    :raises ValidationError: it has
    """
    DecimalValidator(None, minor_digits())(amount.normalize())
