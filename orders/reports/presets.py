"""The periods that the reports offer by name, and with which period each is compared."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from orders.reports.periods import Period

DEFAULT_PRESET = "last_7_days"
WEEKDAYS = {
    "last_monday": gettext_lazy("Mon"),
    "last_tuesday": gettext_lazy("Tue"),
    "last_wednesday": gettext_lazy("Wed"),
    "last_thursday": gettext_lazy("Thu"),
    "last_friday": gettext_lazy("Fri"),
    "last_saturday": gettext_lazy("Sat"),
    "last_sunday": gettext_lazy("Sun"),
}
PRESETS = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "last_7_days": gettext_lazy("Last 7 days"),
    "last_28_days": gettext_lazy("Last 28 days"),
    "this_week": gettext_lazy("This week"),
    "last_week": gettext_lazy("Last week"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_year": gettext_lazy("This year"),
    "last_12_months": gettext_lazy("Last 12 months"),
}


def preset_period(preset: str, *, today: date) -> Period:
    """
    Return the period of a preset. Periods that have begun end today.

    :param today: the present business day
    :raises KeyError: no such preset
    """
    if preset in WEEKDAYS:
        days_ago = (today.weekday() - list(WEEKDAYS).index(preset) - 1) % 7 + 1  # 1 to 7: today is never "last"
        day = today - timedelta(days=days_ago)
        return Period(day, day)
    return _PERIODS[preset](today)


def _last_days(count: int) -> Callable[[date], Period]:
    return lambda today: Period(today - timedelta(days=count - 1), today)


def _yesterday(today: date) -> Period:
    return Period(today - timedelta(days=1), today - timedelta(days=1))


def _this_week(today: date) -> Period:
    return Period(today - timedelta(days=today.weekday()), today)


def _last_week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday() + 7)
    return Period(monday, monday + timedelta(days=6))


def _this_month(today: date) -> Period:
    return Period(today.replace(day=1), today)


def _last_month(today: date) -> Period:
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _this_year(today: date) -> Period:
    return Period(today.replace(month=1, day=1), today)


def _last_12_months(today: date) -> Period:
    """Return the twelve calendar months of which the present one is the last: to 29 November from 1 December."""
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    return Period(next_month.replace(year=next_month.year - 1), today)


_PERIODS: dict[str, Callable[[date], Period]] = {
    "today": _last_days(1),
    "yesterday": _yesterday,
    "last_7_days": _last_days(7),
    "last_28_days": _last_days(28),
    "this_week": _this_week,
    "last_week": _last_week,
    "this_month": _this_month,
    "last_month": _last_month,
    "this_year": _this_year,
    "last_12_months": _last_12_months,
}


A_WEEK = timedelta(days=7)
BY_MONTH = ("this_month", "last_month")
BY_YEAR = ("this_year", "last_12_months")


def compared_period(period: Period, *, preset: str = "") -> Period:
    """
    Return the period with which a period is compared.

    Months are compared with the month before, and years with the year before: with as many days of it, if they are not
    over yet. A few days are compared with the same days a week before, as Fridays are not like Thursdays; all others
    with the previous period of the same length.

    :param preset: by which the period was chosen; blank: by two dates
    """
    if preset in BY_MONTH:
        before = (period.first - timedelta(days=1)).replace(day=1)
        length = monthrange(before.year, before.month)[1]
        is_whole = period.days == monthrange(period.first.year, period.first.month)[1]
        return Period(before, before.replace(day=length if is_whole else min(period.days, length)))
    if preset in BY_YEAR:
        return Period(_year_before(period.first), _year_before(period.last))
    if period.days < A_WEEK.days:
        return Period(period.first - A_WEEK, period.last - A_WEEK)
    return period.previous


def _year_before(day: date) -> date:
    """Return the same day of the year before; of a leap day, the day before 1 March."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
