"""Tasks of the reports: rebuilding what has changed, and comparing the rollups with the source."""

from datetime import date

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from orders.reports import services
from orders.reports.selectors.live_days import days_to_build
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import Busy

SECONDS_FOR_REBUILDING = 20  # in one run, which leaves the rest to the next
SECONDS_FOR_COMPARING = 900

log = structlog.get_logger(__name__)


@shared_task
def rebuild_due_days() -> None:
    """
    Rebuild the days that have ended and are not built yet, or dirty; the newest first.

    A day that cannot be built keeps no other from it.
    """
    at, passed = clock.now(), clock.stopwatch()
    failed: list[date] = []
    for day in reversed(days_to_build(at=at)):
        if passed().total_seconds() > SECONDS_FOR_REBUILDING:
            break
        try:
            services.rebuild_day(day=day, by=SYSTEM, at=at)
        except Busy:
            log.info("report_day_postponed", day=day.isoformat(), reason="it is being rebuilt")
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("report_day_failed", day=day.isoformat())
            failed.append(day)
    if failed:
        services.report_failed_days(days=failed, by=SYSTEM, at=at)


@shared_task(soft_time_limit=SECONDS_FOR_COMPARING, time_limit=SECONDS_FOR_COMPARING + 30)
def compare_rollups() -> None:
    """Compare the rollups with the source; scheduled once a night."""
    services.compare_rollups(by=SYSTEM, at=clock.now())
