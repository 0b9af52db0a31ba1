"""Template filters that format amounts and times; those of times compare with the moment of rendering."""

from datetime import date, datetime
from decimal import Decimal

from django import template

from pizzeria.foundation import clock
from pizzeria.foundation.money import format_amount

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Return an amount formatted for people; a dash for None."""
    return "–" if amount is None else format_amount(amount)


@register.filter
def day_and_time(moment: datetime) -> str:
    """Return a moment as wall-clock time, with its date if that is not today's business day."""
    return clock.day_and_time(moment, at=clock.now())


@register.filter
def other_day(day: date) -> str:
    """Return a date, or a blank text if it is today's business day."""
    return clock.other_day(day, at=clock.now())


@register.filter
def until(moment: datetime) -> str:
    """Return for how long something lasts from now: "for today" or "until 21:30"."""
    return clock.until(moment, at=clock.now())
