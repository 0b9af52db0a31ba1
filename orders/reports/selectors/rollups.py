"""Reading rollups: the stored rows, and for the live days the rows that their definition computes."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from orders.reports.definitions import MONTHLY_SUMS, SOURCE, columns_of, definition_of, parameters
from orders.reports.models import BreakdownKind, DayBreakdown, Rollup
from orders.reports.periods import Period
from orders.reports.selectors.live_days import live_days

type Row = tuple[Any, ...]


def read(
    rollup: type[Rollup],
    query: str,
    *,
    period: Period,
    at: datetime,
    kinds: Iterable[BreakdownKind] = (),
    values: Mapping[str, Any] | None = None,
) -> list[Row]:
    """
    Return the rows of a query over a rollup's rows of a period, which it reads as the table `figures`.

    :param kinds: of a breakdown: the only rows that are read
    :param values: further parameters of the query
    """
    kinds = tuple(kinds)
    of_kinds = "AND kind = ANY (%(kinds)s)" if rollup is DayBreakdown else ""
    live = live_days(period, at=at)
    figures = f"""
        {_stored(rollup)} {of_kinds}
        UNION ALL
        SELECT * FROM ({definition_of(rollup, kinds=kinds)}) AS live WHERE true {of_kinds}
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {SOURCE}, figures AS ({figures}) {query}",
            {
                **parameters(live),
                **(_whole_months(period, live) if rollup in MONTHLY_SUMS else {}),
                **(values or {}),
                "first": period.first,
                "last": period.last,
                "kinds": [kind.value for kind in kinds],
            },
        )
        rows: list[Row] = cursor.fetchall()
    return rows


def _stored(rollup: type[Rollup]) -> str:
    """Return the query of a rollup's stored rows, without those of live days."""
    columns, table = columns_of(rollup), rollup._meta.db_table
    if rollup not in MONTHLY_SUMS:
        return f"""
            SELECT {columns} FROM {table}
            WHERE business_date BETWEEN %(first)s AND %(last)s AND business_date <> ALL (%(days)s::date[])
        """
    return f"""
        SELECT {columns} FROM {MONTHLY_SUMS[rollup].table._meta.db_table} WHERE month = ANY (%(months)s::date[])
        UNION ALL
        SELECT {columns} FROM {table} WHERE business_date = ANY (%(single_days)s::date[])
    """


def _whole_months(period: Period, live: Iterable[date]) -> dict[str, list[date]]:
    """
    Return the months of which the monthly sums are read, and the days of the others.

    A month is read whole if all of its days are in the period, and none of them is read from the source.
    """
    live = set(live)
    days: dict[date, list[date]] = defaultdict(list)
    for day in period.dates():
        days[day.replace(day=1)].append(day)
    months = [
        month
        for month, of_month in days.items()
        if len(of_month) == monthrange(month.year, month.month)[1] and not live.intersection(of_month)
    ]
    single_days = [day for month in days.keys() - set(months) for day in days[month] if day not in live]
    return {"months": months, "single_days": sorted(single_days)}
