"""The nightly comparison of the rollups with the source."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import structlog
from django.db import connection
from django.utils.translation import gettext_lazy

from orders.models import Order
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
from orders.reports.services.dirty_days import orders_of_day
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import OutboxEntry

COMPARED_DAYS = 40  # of the newest, each night
NIGHTS_FOR_ALL = 30  # in which each of the others is compared once
LOGGED_DIFFERENCES = 5  # of each day
RELAYED_WITHIN = timedelta(minutes=5)  # events usually are

ROLLUP_DIFFERS = AlertKind(
    "rollup_differs",
    gettext_lazy(
        "The reports are not what the orders say, on days between %(first)s and %(last)s (days: %(days)s). "
        "To put them right, have this run on the server: manage.py rebuild_reports --from %(first)s --to %(last)s"
    ),
)

log = structlog.get_logger(__name__)


def compare_rollups(*, by: Actor, at: datetime) -> list[date]:
    """
    Compare the rollups of the last days, of the days built since yesterday, and of a part of all others, with the
    source: within a month every day is compared.

    Managers are alerted, and the log has the rows. Nothing is put right: a difference is an error of the program, or
    of somebody who has changed rows by hand.

    :return: the days that differ, in order
    """
    different = [day for day in _days_to_compare(at=at) if _differs(day, at=at)]
    if different:
        _raise(days=different, by=by, at=at)
    return different


def _days_to_compare(*, at: datetime) -> list[date]:
    today, yesterday = clock.business_date(at), at - timedelta(days=1)
    turn = today.toordinal() % NIGHTS_FOR_ALL
    built = BuiltDay.objects.order_by("business_date").values_list("business_date", "built_at")
    return [
        day
        for day, built_at in built
        if (today - day).days <= COMPARED_DAYS or built_at >= yesterday or day.toordinal() % NIGHTS_FOR_ALL == turn
    ]


def _differs(day: date, *, at: datetime) -> bool:
    """Return whether a day differs from the source, and is not about to be rebuilt; log the first differences."""
    if next(differences(day), None) is None or _is_changing(day, at=at):
        return False
    found = list(islice(differences(day), LOGGED_DIFFERENCES))  # again: it may have been rebuilt since
    if found:
        log.error("rollup_differs", day=day.isoformat(), differences=found)
    return bool(found)


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


def _is_changing(day: date, *, at: datetime) -> bool:
    """
    Return whether a day is about to be rebuilt, or an event waits that may mark it.

    That is any event of the last minutes, and of older ones, which a receiver may have failed to hear several times,
    those of the orders that count in the day.
    """
    if DirtyDay.objects.filter(business_date=day).exists():
        return True
    waiting = OutboxEntry.objects.waiting().filter(event__stream=Order.stream)
    if waiting.filter(event__at__gte=at - RELAYED_WITHIN).exists():
        return True
    return orders_of_day(day).filter(ref__in=waiting.values("event__aggregate_ref")).exists()


@command
def _raise(*, days: list[date], by: Actor, at: datetime) -> None:
    raise_alert(ROLLUP_DIFFERS, at=at, first=days[0].isoformat(), last=days[-1].isoformat(), days=len(days))
