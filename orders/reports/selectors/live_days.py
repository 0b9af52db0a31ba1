"""
The business days that no rollup holds as they are now: those not built yet, and those marked dirty since.

Days before the first order are none of them: nothing happened on them.
"""

from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Min

from orders.models import Order
from orders.reports.periods import Period
from pizzeria.foundation import clock

# A day is built so long after its end: what was about to be committed by then is in the source.
BUILT_AFTER = timedelta(minutes=5)

_DAYS = """
    SELECT day::date
    FROM generate_series(
        greatest(%(first)s::date, %(first_of_all)s::date)::timestamp,
        least(%(last)s::date, %(today)s::date)::timestamp,
        interval '1 day'
    ) AS days (day)
    WHERE day = %(today)s::date
        OR NOT EXISTS (SELECT FROM reports_builtday WHERE business_date = day)
        OR EXISTS (SELECT FROM reports_dirtyday WHERE business_date = day)
    ORDER BY day
"""


def live_days(period: Period, *, at: datetime) -> list[date]:
    """Return the days of a period that are read from the source: that of `at`, and those not built, or dirty."""
    return _days_between(period.first, period.last, today=clock.business_date(at))


def days_to_build(*, at: datetime) -> list[date]:
    """Return the days that have ended and are not built, or dirty, in order."""
    last = last_day_to_build(at=at)
    return [day for day in _days_between(date.min, last, today=last + timedelta(days=1)) if day <= last]


def last_day_to_build(*, at: datetime) -> date:
    """Return the newest day that has ended, and is no longer about to change."""
    return clock.business_date(at - BUILT_AFTER) - timedelta(days=1)


def first_day() -> date | None:
    """Return the business day of the first order; None: there is none."""
    first: date | None = Order.objects.aggregate(first=Min("business_date"))["first"]
    return first


def _days_between(first: date, last: date, *, today: date) -> list[date]:
    first_of_all = first_day()
    if first_of_all is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"first": first, "last": last, "today": today, "first_of_all": first_of_all})
        return [day for (day,) in cursor.fetchall()]
