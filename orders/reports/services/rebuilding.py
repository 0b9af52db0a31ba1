"""Building the rollups of a business day from the source, whole: nothing is ever added to a row."""

from datetime import date, datetime

from django.db import connection

from orders.reports.definitions import SOURCE, columns_of, definition_of, parameters
from orders.reports.models import ROLLUPS, BuiltDay, DirtyDay
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command

_LOCK_CLASS = 1_919_250_544  # of the advisory locks of days; any number that nothing else uses


@command
def rebuild_day(*, day: date, by: Actor, at: datetime) -> None:
    """
    Build the rollups of a business day from the source, and take its mark.

    The mark goes before the source is read: a change that is committed later has made its own, or waits here and makes
    a new one after the commit. So no change is lost, and the next rebuild finds it.

    :raises Busy: the same day is being rebuilt for too long
    """
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
    failpoints.reach("reports.rebuild.built")
    BuiltDay.objects.update_or_create(business_date=day, defaults={"built_at": at})


def lock_day(day: date) -> None:
    """Lock the rollups of a business day until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, day.toordinal()])


def take_mark(day: date) -> None:
    """Delete the mark of a business day, if it has one; the mark stays locked until the transaction ends."""
    DirtyDay.objects.filter(business_date=day).delete()
