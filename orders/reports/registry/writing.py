"""How the charts of the reports write values."""

from decimal import Decimal

from babel.numbers import format_currency
from django.conf import settings
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from orders.reports.tables import CellKind, format_number


def count_text(value: Decimal | int) -> str:
    return format_number(value, CellKind.COUNT)


def money_text(value: Decimal | int) -> str:
    return format_number(value, CellKind.MONEY)


def money_tick(value: Decimal | int) -> str:
    """Return an amount without cents, as there is little room at an axis."""
    locale = to_locale(get_language() or "en")
    return format_currency(round(value), settings.SHOP_CURRENCY, "¤#,##0", locale=locale, currency_digits=False)


def minutes_text(value: Decimal | int) -> str:
    return format_number(value, CellKind.MINUTES)


def money_axis(name: str) -> str:
    return _("%(name)s (%(currency)s)") % {"name": name, "currency": settings.SHOP_CURRENCY}
