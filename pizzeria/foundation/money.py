"""Money: decimals in the shop's one currency, rounded half-up to the cent."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency
from django.conf import settings
from django.utils.translation import get_language, to_locale

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def rounded(amount: Decimal) -> Decimal:
    """
    Round an amount half-up to the cent, as a till does, not with the banker's rounding of `round()`.

    :param amount: in the shop's currency
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_amount(amount: Decimal) -> str:
    """Format an amount in the shop's currency for the reader's language: €12.99."""
    return format_currency(amount, settings.SHOP_CURRENCY, locale=to_locale(get_language() or "en"))
