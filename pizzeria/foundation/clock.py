"""
The shop's clock. Doors (views, tasks, commands of the command line) read it; everything behind them is told the time.

A *business day* ends at a wall-clock hour (04:00 unless set), so that a Friday night belongs to Friday.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Tell the time, with its zone."""
    return timezone.now()


def shop_zone() -> ZoneInfo:
    """Tell the time zone the shop's wall clock hangs in."""
    return ZoneInfo(settings.SHOP_TIME_ZONE)


def business_date(at: datetime) -> date:
    """
    Tell the business day a moment belongs to.

    Read off the wall clock, not by subtracting hours, so that it holds in the nights when the clocks change.
    """
    today = at.astimezone(shop_zone()).date()
    return today if at >= _begins(today) else today - timedelta(days=1)


def end_of_business_day(at: datetime) -> datetime:
    """Tell when the business day of a moment ends: the first moment that belongs to the next one."""
    return _begins(business_date(at) + timedelta(days=1))


def _begins(day: date) -> datetime:
    # As UTC: moments of one zone compare by what the wall shows, and twice a year that lies.
    return datetime.combine(day, settings.SHOP_DAY_ENDS, tzinfo=shop_zone()).astimezone(UTC)


def wall_clock(moment: datetime) -> str:
    """Write a moment as the shop's wall clock shows it: 18:40."""
    return moment.astimezone(shop_zone()).strftime("%H:%M")


def next_at(wall: time, at: datetime) -> datetime:
    """
    Tell when the wall clock shows a time in the business day that a moment belongs to.

    Half past midnight said on a Friday evening is still that night; half past six said then has passed already.
    """
    day = business_date(at)
    if wall < settings.SHOP_DAY_ENDS:
        day += timedelta(days=1)
    return datetime.combine(day, wall, tzinfo=shop_zone()).astimezone(UTC)
