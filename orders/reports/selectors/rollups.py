"""Reading rollups: the stored rows, and for the live days the rows that their definition computes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from orders.reports.definitions import SOURCE, columns_of, definition_of, parameters
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
    columns, table = columns_of(rollup), rollup._meta.db_table
    of_kinds = "AND kind = ANY (%(kinds)s)" if rollup is DayBreakdown else ""
    figures = f"""
        SELECT {columns} FROM {table}
        WHERE business_date BETWEEN %(first)s AND %(last)s AND business_date <> ALL (%(days)s::date[]) {of_kinds}
        UNION ALL
        SELECT * FROM ({definition_of(rollup, kinds=kinds)}) AS live WHERE true {of_kinds}
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {SOURCE}, figures AS ({figures}) {query}",
            {
                **parameters(live_days(period, at=at)),
                **(values or {}),
                "first": period.first,
                "last": period.last,
                "kinds": [kind.value for kind in kinds],
            },
        )
        return cursor.fetchall()
