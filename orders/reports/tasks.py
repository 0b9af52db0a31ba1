"""Tasks of the reports: rebuilding what has changed, and comparing the rollups with the source."""

import structlog
from celery import shared_task

from orders.reports import services
from orders.reports.selectors.live_days import days_to_build
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import Busy

SECONDS_FOR_REBUILDING = 30  # in one run, which leaves the rest to the next
SECONDS_FOR_COMPARING = 900

log = structlog.get_logger(__name__)


@shared_task
def rebuild_due_days() -> None:
    """Rebuild the days that have ended and are not built yet, or dirty; the newest first."""
    at, passed = clock.now(), clock.stopwatch()
    for day in reversed(days_to_build(at=at)):
        if passed().total_seconds() > SECONDS_FOR_REBUILDING:
            return
        try:
            services.rebuild_day(day=day, by=SYSTEM, at=at)
        except Busy:
            log.info("report_day_postponed", day=day.isoformat(), reason="it is being rebuilt")


@shared_task(time_limit=SECONDS_FOR_COMPARING)
def compare_rollups() -> None:
    """Compare the rollups with the source; scheduled once a night."""
    services.compare_rollups(by=SYSTEM, at=clock.now())
