"""Building the rollups of a business day from the source, whole: nothing is ever added to a row."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from orders.reports.definitions import (
    MONTHLY_SUMS,
    SOURCE,
    columns_of,
    definition_of,
    month_columns,
    month_definition,
    parameters,
)
from orders.reports.models import ROLLUPS, BuiltDay, DirtyDay
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command

DAYS_NOT_BUILT = AlertKind(
    "report_days_not_built",
    gettext_lazy(
        "The figures of %(day)s could not be prepared for the reports (days: %(days)s). The reports are right, but "
        "slower; it is tried again each minute. The server's log says why."
    ),
)

log = structlog.get_logger(__name__)

_DAYS, _MONTHS = 1_919_250_544, 1_919_250_545  # of the advisory locks: any numbers that nothing else uses


@command
def rebuild_day(*, day: date, by: Actor, at: datetime) -> None:
    """
    Build the rollups of a business day from the source, and take its mark.

    The mark goes before the source is read: a change that is committed later has made its own, or waits here and makes
    a new one after the commit. So no change is lost, and the next rebuild finds it.

    :raises Busy: the same day is being rebuilt for too long
    """
    _rebuild(day, at=at)


def rebuild_days(days: Iterable[date], *, now: Callable[[], datetime]) -> Iterator[date]:
    """
    Rebuild business days as `rebuild_day` does, each in a transaction of its own, and yield each after its commit.

    The log has one line for all of them.
    """
    count, passed = 0, clock.stopwatch()
    try:
        for day in days:
            with transaction.atomic(durable=True):
                _rebuild(day, at=now())
            count += 1
            yield day
    finally:
        log.info("report_days_rebuilt", days=count, seconds=passed().total_seconds())


@command
def report_failed_days(*, days: Iterable[date], by: Actor, at: datetime) -> None:
    """Alert managers of days that could not be rebuilt; an open alert is counted again."""
    days = sorted(days)
    raise_alert(DAYS_NOT_BUILT, at=at, day=days[0].isoformat(), days=len(days))


def _rebuild(day: date, *, at: datetime) -> None:
    lock_day(day)
    take_mark(day)
    failpoints.reach("reports.rebuild.mark_taken")
    for rollup in ROLLUPS:
        rollup._default_manager.filter(business_date=day).delete()
        columns = columns_of(rollup)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {rollup._meta.db_table} ({columns}) WITH {SOURCE} {definition_of(rollup)}",
                parameters([day]),
            )
    _sum_up_month(day.replace(day=1))
    failpoints.reach("reports.rebuild.built")
    BuiltDay.objects.update_or_create(business_date=day, defaults={"built_at": at})


def _sum_up_month(month: date) -> None:
    """Compute the sums of a month anew, under a lock: of two days rebuilt at once, the second one sees the first."""
    _lock(_MONTHS, month)
    for rollup, monthly in MONTHLY_SUMS.items():
        table, columns = monthly.table._meta.db_table, month_columns(monthly)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE month = %(month)s", {"month": month})
            cursor.execute(f"INSERT INTO {table} ({columns}) {month_definition(rollup)}", {"month": month})


def lock_day(day: date) -> None:
    """Lock the rollups of a business day until the transaction ends."""
    _lock(_DAYS, day)


def _lock(what: int, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [what, day.toordinal()])


def take_mark(day: date) -> None:
    """Delete the mark of a business day, if it has one; the mark stays locked until the transaction ends."""
    DirtyDay.objects.filter(business_date=day).delete()
