"""Template filters that format amounts."""

from decimal import Decimal

from django import template

from pizzeria.foundation.money import format_amount

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Return an amount formatted for people; a dash for None."""
    return "–" if amount is None else format_amount(amount)
