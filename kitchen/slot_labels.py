"""How the times are worded at which an order can be wanted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pizzeria.foundation import clock


def label(moment: datetime, *, at: datetime) -> str:
    """
    Return a moment as it is offered: 19:30, with its date if it is on another business day.

    A time that the wall clock shows twice in that night is told apart.
    """
    return clock.day_and_time(moment, at=at) + _which_of_two(_on_the_wall(moment.astimezone(UTC), clock.shop_zone()))


def time_label(moment: datetime) -> str:
    """Return a moment without its date: 19:30; a time that the wall clock shows twice in that night is told apart."""
    on_the_wall = _on_the_wall(moment.astimezone(UTC), clock.shop_zone())
    return on_the_wall.time + _which_of_two(on_the_wall)


def day_label(day: date, *, at: datetime) -> str:
    """Return a day as it is offered: "Today", "Tomorrow", "Sun 22 Nov"."""
    today = at.astimezone(clock.shop_zone()).date()
    text = date_format(day, "D j M")
    match (day - today).days:
        case 0:
            return _("Today, %(day)s") % {"day": text}
        case 1:
            return _("Tomorrow, %(day)s") % {"day": text}
    return text


def day_of(moment: datetime) -> date:
    """Return the date that the wall clock shows at a moment."""
    return _on_the_wall(moment.astimezone(UTC), clock.shop_zone()).day


@dataclass(frozen=True, slots=True)
class _WallTime:
    """
    What the wall clock shows at a moment.

    :ivar is_repeated: it shows that time twice in that night
    """

    day: date
    time: str
    is_repeated: bool
    is_second: bool


@lru_cache(maxsize=2048)  # some days of quarters, which each checkout offers
def _on_the_wall(moment: datetime, zone: ZoneInfo) -> _WallTime:
    """:param moment: in UTC: of its own zone, Python takes both times of the same name for equal"""
    local = moment.astimezone(zone)
    is_repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return _WallTime(local.date(), local.strftime("%H:%M"), is_repeated, bool(local.fold))


def _which_of_two(shown: _WallTime) -> str:
    if not shown.is_repeated:
        return ""
    return _(" (the second time that night)") if shown.is_second else _(" (the first time that night)")
