"""How templates write amounts."""

from decimal import Decimal

from django import template

from pizzeria.foundation.money import format_amount

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Write an amount; a dash for none."""
    return "–" if amount is None else format_amount(amount)
