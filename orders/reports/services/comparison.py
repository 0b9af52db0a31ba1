"""The nightly comparison of the rollups with the source."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy

from orders.reports.definitions import (
    MONTHLY_SUMS,
    SOURCE,
    Parameters,
    columns_of,
    definition_of,
    month_columns,
    month_definition,
    parameters,
)
from orders.reports.models import ROLLUPS, BuiltDay, DirtyDay
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import OutboxEntry

COMPARED_DAYS = 40

ROLLUP_DIFFERS = AlertKind(
    "rollup_differs",
    gettext_lazy(
        "The reports of %(day)s are not what the orders say: %(difference)s. "
        "To put them right: manage.py rebuild_reports --from %(day)s --to %(day)s"
    ),
)


def compare_rollups(*, by: Actor, at: datetime) -> list[date]:
    """
    Compare the rollups of the last days, and of the days built since yesterday, with the source.

    Managers are alerted with the first difference. Nothing is put right: a difference is an error of the program, or
    of somebody who has changed rows by hand.

    :return: the days that differ
    """
    since = clock.business_date(at) - timedelta(days=COMPARED_DAYS)
    built = BuiltDay.objects.filter(Q(business_date__gte=since) | Q(built_at__gte=at - timedelta(days=1)))
    different = {
        day: difference
        for day in built.order_by("business_date").values_list("business_date", flat=True)
        for difference in [next(differences(day), None)]
        if difference and not _is_changing(day)
    }
    for day, difference in list(different.items())[:1]:
        _raise(day=day, difference=difference, by=by, at=at)
    return list(different)


def differences(day: date) -> Iterator[str]:
    """Yield each difference between the rollups of a business day and the source, and of its month, as text."""
    for rollup in ROLLUPS:
        columns, table = columns_of(rollup), rollup._meta.db_table
        stored = f"SELECT {columns} FROM {table} WHERE business_date = ANY (%(days)s::date[])"
        yield from _differences(table, stored, f"WITH {SOURCE} {definition_of(rollup)}", parameters([day]))
    for rollup, monthly in MONTHLY_SUMS.items():
        columns, table = month_columns(monthly), monthly.table._meta.db_table
        stored = f"SELECT {columns} FROM {table} WHERE month = %(month)s::date"
        yield from _differences(table, stored, month_definition(rollup), {"month": day.replace(day=1)})


def _differences(table: str, stored: str, source: str, values: Parameters) -> Iterator[str]:
    query = f"""
        WITH source AS ({source}), stored AS ({stored})
        SELECT 'in the source only', missing::text FROM (TABLE source EXCEPT TABLE stored) AS missing
        UNION ALL
        SELECT 'in the rollup only', extra::text FROM (TABLE stored EXCEPT TABLE source) AS extra
        ORDER BY 2, 1
    """
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        yield from (f"{table} {row}, {where}" for where, row in cursor.fetchall())


def _is_changing(day: date) -> bool:
    """Return whether a day is about to be rebuilt, or events are waiting that may mark it."""
    return DirtyDay.objects.filter(business_date=day).exists() or OutboxEntry.objects.waiting().exists()


@command
def _raise(*, day: date, difference: str, by: Actor, at: datetime) -> None:
    raise_alert(ROLLUP_DIFFERS, at=at, day=day.isoformat(), difference=difference[:300])
