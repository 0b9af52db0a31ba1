"""How the times are worded at which an order can be wanted."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pizzeria.foundation import clock


def label(moment: datetime, *, at: datetime) -> str:
    """
    Return a moment as it is offered: 19:30, with its date if it is on another business day.

    A time that the wall clock shows twice in that night is told apart.
    """
    return clock.day_and_time(moment, at=at) + _which_of_two(moment)


def time_label(moment: datetime) -> str:
    """Return a moment without its date: 19:30; a time that the wall clock shows twice in that night is told apart."""
    return clock.wall_clock(moment) + _which_of_two(moment)


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
    return moment.astimezone(clock.shop_zone()).date()


def _which_of_two(moment: datetime) -> str:
    local = moment.astimezone(clock.shop_zone())
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return _(" (the second time that night)") if local.fold else _(" (the first time that night)")
