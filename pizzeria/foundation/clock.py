"""
The shop's clock: the current time, business days and wall-clock times.

Entry points (views, tasks, management commands) read the current time; all other code gets it as an argument.

A *business day* ends at a wall-clock hour (04:00 unless set), so that a Friday night belongs to Friday.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

DAYS_OF_THE_WEEK = 7


def now() -> datetime:
    """Return the current time, timezone-aware."""
    return timezone.now()


def database_now() -> datetime:
    """Return the current time by the database's clock, which every process shares. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def stopwatch() -> Callable[[], timedelta]:
    """
    Start a stopwatch; the function that is returned returns the time that has passed since.

    For a command whose refusal depends on the time at which it has its locks, for which it may have waited.
    """
    began = time.monotonic()
    return lambda: timedelta(seconds=time.monotonic() - began)


def shop_zone() -> ZoneInfo:
    """Return the time zone of the shop's wall clock."""
    return ZoneInfo(settings.SHOP_TIME_ZONE)


def business_date(at: datetime) -> date:
    """
    Return the business day that a moment belongs to.

    Computed from the wall clock, not by subtracting hours, so that it is right in the nights when the clocks change.
    """
    today = at.astimezone(shop_zone()).date()
    return today if at >= _begins(today) else today - timedelta(days=1)


def begin_of_business_day(at: datetime) -> datetime:
    """Return when the business day of a moment began."""
    return _begins(business_date(at))


def end_of_business_day(at: datetime) -> datetime:
    """Return when the business day of a moment ends: the first moment that belongs to the next one."""
    return _begins(business_date(at) + timedelta(days=1))


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a business day begins, and when it ends: the first moment of the next one."""
    return _begins(day), _begins(day + timedelta(days=1))


def _begins(day: date) -> datetime:
    # In UTC: datetimes of the same zone compare by wall-clock time, which is wrong when the clocks change.
    return datetime.combine(day, settings.SHOP_DAY_ENDS, tzinfo=shop_zone()).astimezone(UTC)


def wall_clock(moment: datetime) -> str:
    """Format a moment as the shop's wall-clock time: 18:40."""
    return moment.astimezone(shop_zone()).strftime("%H:%M")


def other_day(day: date, *, at: datetime) -> str:
    """Return a date as people write it: Sat 28 Nov, with the year if it is another; blank if it is a moment's day."""
    return "" if day == business_date(at) else _date_text(day, at)


def day_and_time(moment: datetime, *, at: datetime) -> str:
    """Format a moment as the shop's wall-clock time, with its date if `at` is on another business day."""
    if business_date(moment) == business_date(at):
        return wall_clock(moment)
    return f"{_date_text(moment.astimezone(shop_zone()).date(), at)}, {wall_clock(moment)}"


def day_and_time_formatter(*, at: datetime) -> Callable[[datetime], str]:
    """Return a function that formats moments as `day_and_time` does, for many: the day of `at` is computed once."""
    zone = shop_zone()
    begins, ends = day_bounds(business_date(at))

    def text(moment: datetime) -> str:
        if begins <= moment < ends:
            return moment.astimezone(zone).strftime("%H:%M")
        return day_and_time(moment, at=at)

    return text


def weekday_and_time(moment: datetime, *, at: datetime) -> str:
    """Format a moment as `day_and_time` does, with its weekday alone for the date: Sat 10:37."""
    if business_date(moment) == business_date(at):
        return wall_clock(moment)
    return date_format(moment.astimezone(shop_zone()), "D H:i")


def weekday_or_date(moment: datetime, *, at: datetime) -> str:
    """Format a moment as `weekday_and_time` does in the days ahead, and with its date from a week after `at`."""
    days = (business_date(moment) - business_date(at)).days
    return weekday_and_time(moment, at=at) if days < DAYS_OF_THE_WEEK else day_and_time(moment, at=at)


def _date_text(day: date, at: datetime) -> str:
    return date_format(day, "D j M" if day.year == business_date(at).year else "D j M Y")


def until(moment: datetime, *, at: datetime) -> str:
    """Return for how long something lasts: "for today" or "until 21:30"."""
    if moment == end_of_business_day(at):
        return _("for today")
    return _("until %(time)s") % {"time": day_and_time(moment, at=at)}


def next_at(wall: wall_time, at: datetime) -> datetime:
    """
    Return when the wall clock shows a time in the business day that a moment belongs to.

    For a moment on a Friday evening, 00:30 is later that night; 06:30 is that Friday's morning and already past.
    """
    day = business_date(at)
    if wall < settings.SHOP_DAY_ENDS:
        day += timedelta(days=1)
    return datetime.combine(day, wall, tzinfo=shop_zone()).astimezone(UTC)
