"""How the shop writes amounts."""

from decimal import Decimal

from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.utils.translation import get_language, to_locale

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Write an amount in the shop's currency, as the reader's language does: €12.99."""
    if amount is None:
        return "–"
    return format_currency(amount, settings.SHOP_CURRENCY, locale=to_locale(get_language() or "en"))
