"""The figures of a business day at a glance, as people read them, beside those of a week before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from orders.reports.figures import Durations, KitchenFigures, Overview
from pizzeria.foundation import clock
from pizzeria.foundation.money import format_amount

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of today, as people read it.

    :ivar before: the same a week before; blank: there is none to compare with
    :ivar change: of it, such as "+12%"; blank: unknown, or none
    :ivar is_good: whether the change is one for the better; None: there is none
    """

    label: str
    value: str
    before: str = ""
    change: str = ""
    is_good: bool | None = None


def a_week_before(at: datetime) -> datetime:
    """Return when the shop's wall clock showed the same time a week before, also if the clocks changed meanwhile."""
    local = at.astimezone(clock.shop_zone())
    return datetime.combine(local.date() - A_WEEK, local.time(), tzinfo=local.tzinfo).astimezone(at.tzinfo)


def compared(now: Overview, before: Overview) -> list[Figure]:
    """Return the figures of a day beside those of another one."""
    return [
        _figure(_("Orders"), now.orders, before.orders, str),
        _figure(_("Revenue"), now.revenue, before.revenue, format_amount),
        _figure(_("Average order"), now.average_order_value, before.average_order_value, format_amount),
        _figure(_("Pizzas sold"), now.pizzas, before.pizzas, str),
        _figure(_("Promises kept"), now.promises_kept_percent, before.promises_kept_percent, _percent, points=True),
    ]


def _figure[N: (int, Decimal)](
    label: str, now: N | None, before: N | None, text: Callable[[N], str], *, points: bool = False
) -> Figure:
    """
    Return a figure, in which more is better.

    :param points: the change is a difference of percents
    """
    value = "–" if now is None else text(now)
    if now is None or before is None or not (points or before):
        return Figure(label, value, before="" if before is None else text(before))
    change = now - before if points else (now - before) * Decimal(100) / before
    rounded = round(change)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    unit = _("points") if points else "%"
    return Figure(
        label,
        value,
        before=text(before),
        change=f"{sign}{abs(rounded)} {unit}" if points else f"{sign}{abs(rounded)}{unit}",
        is_good=None if rounded == 0 else rounded > 0,
    )


def _percent(value: Decimal | int) -> str:
    return f"{number_format(value)}%"


def minutes(kitchen: KitchenFigures) -> list[Figure]:
    """Return how long the kitchen and the drivers took, on average."""
    return [
        Figure(_("Preparation, average"), _average(kitchen.preparation)),
        Figure(_("Delivery, average"), _average(kitchen.delivery)),
    ]


def _average(durations: Durations) -> str:
    if durations.average is None:
        return "–"
    return _("%(minutes)s min") % {"minutes": number_format(durations.average)}
