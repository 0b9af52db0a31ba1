"""The task that simulates a run. A run is a row before a task is queued; what no task reached is found by the sweep."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from orders.reports.what_if import services
from orders.reports.what_if.models import WhatIfRun
from pizzeria.foundation import clock

SECONDS_BETWEEN_SWEEPS = 30
BATCH_SIZE = 10

log = structlog.get_logger(__name__)


@shared_task
def simulate_run(run_id: int) -> None:
    """Simulate a run, if it is due."""
    services.run_due(run_id=run_id, at=clock.now())


@shared_task
def queue_due_runs() -> None:
    """Queue a task for each run that is due, oldest first."""
    due = WhatIfRun.objects.due(clock.now()).order_by("due_at", "pk")
    for pk in due.values_list("pk", flat=True)[:BATCH_SIZE]:
        try:
            simulate_run.apply_async((pk,), expires=SECONDS_BETWEEN_SWEEPS)
        except BrokerGone as error:
            log.warning("what_if_runs_postponed", reason=type(error).__name__)
            return
