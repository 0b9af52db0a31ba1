"""The business days that are read from the source, because no rollup holds them as they are now."""

from datetime import date, datetime

from django.db import connection

from orders.reports.periods import Period
from pizzeria.foundation import clock

_LIVE_DAYS = """
    SELECT day::date
    FROM generate_series(
        greatest(%(first)s::date, (
            SELECT min(earliest) FROM kitchen_kitchen CROSS JOIN LATERAL (
                SELECT min(business_date) AS earliest FROM orders_order WHERE kitchen_id = kitchen_kitchen.id
            ) AS of_kitchen
        )),
        least(%(last)s::date, %(today)s::date),
        interval '1 day'
    ) AS days (day)
    WHERE day = %(today)s::date
        OR NOT EXISTS (SELECT FROM reports_builtday WHERE business_date = day)
        OR EXISTS (SELECT FROM reports_dirtyday WHERE business_date = day)
    ORDER BY day
"""


def live_days(period: Period, *, at: datetime) -> list[date]:
    """
    Return the days of a period that are read from the source: that of `at`, and those not built yet, or dirty.

    Days before the first order are none of them: nothing happened on them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_DAYS, {"first": period.first, "last": period.last, "today": clock.business_date(at)})
        return [day for (day,) in cursor.fetchall()]
