"""The definition of each rollup."""

from collections.abc import Iterable

from orders.reports.definitions.breakdowns import BREAKDOWNS
from orders.reports.definitions.durations import CUSTOMER_DAYS, DURATION_COUNTS
from orders.reports.definitions.hour_sums import HOUR_SUMS
from orders.reports.models import BreakdownKind, CustomerDay, DayBreakdown, DurationCount, HourSums, Rollup

_DEFINITIONS: dict[type[Rollup], str] = {
    HourSums: HOUR_SUMS,
    DurationCount: DURATION_COUNTS,
    CustomerDay: CUSTOMER_DAYS,
}


def columns_of(rollup: type[Rollup]) -> str:
    return ", ".join(field.column for field in rollup._meta.concrete_fields if field.column)


def definition_of(rollup: type[Rollup], *, kinds: Iterable[BreakdownKind] = BreakdownKind) -> str:
    """
    Return the query that computes a rollup's rows from the source, with the columns of the rollup.

    :param kinds: of a breakdown: rows of these are computed, others may be
    """
    wanted = set(kinds)
    if rollup is DayBreakdown:
        rows = " UNION ALL ".join(f"({query})" for query, theirs in BREAKDOWNS if wanted.intersection(theirs))
    else:
        rows = _DEFINITIONS[rollup]
    return f"SELECT {columns_of(rollup)} FROM ({rows}) AS defined"
