"""
Tasks that print, on a queue of their own: a printer that does not answer holds up nothing else.

Each copy is a row before a task is queued. A task carries the id of a kitchen and prints its next job; then it queues
another one if more are due. What no task reached is found by the sweep.
"""

from datetime import datetime
from functools import partial
from typing import Any

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerGone

from kitchen.models import Ticket, TicketChange
from kitchen.printing import selectors, services
from kitchen.printing.printer import configured_printer
from pizzeria.foundation import background, clock

SECONDS_BETWEEN_SWEEPS = 10

log = structlog.get_logger(__name__)


def print_automatically(*, ticket: Ticket, at: datetime) -> None:
    """Queue the first copy of a ticket with the caller's transaction, if there is a printer; without one, no query."""
    if configured_printer():
        services.queue_first_copy(ticket=ticket, at=at)
        transaction.on_commit(partial(queue_soon, ticket.kitchen_id), robust=True)


def print_change(*, ticket: Ticket, change: TicketChange, at: datetime) -> None:
    """Queue a slip that tells of a change, as `print_automatically` does the first copy."""
    if configured_printer():
        services.queue_change(ticket=ticket, change=change, at=at)
        transaction.on_commit(partial(queue_soon, ticket.kitchen_id), robust=True)


def queue_soon(kitchen_id: int) -> None:
    """Queue a task in the background: a request does not wait for the broker, and the sweep makes up for a lost one."""
    background.submit("print_next_job", partial(print_next_job.delay, kitchen_id))


@shared_task
def print_next_job(kitchen_id: int) -> None:
    """Print the next job of a kitchen, if one is due; then queue the one after it."""
    if services.print_next_job(kitchen_id=kitchen_id, at=clock.now()):
        _queue([kitchen_id] if selectors.has_due_job(kitchen_id, at=clock.now()) else [])


@shared_task
def queue_due_prints() -> None:
    """Queue a task for each kitchen with due jobs: further attempts, and what a crash left behind."""
    _queue(selectors.kitchens_with_due_jobs(clock.now()), expires=SECONDS_BETWEEN_SWEEPS)


def _queue(kitchen_ids: list[int], **options: Any) -> None:
    """
    Queue a task per kitchen. Stop when the broker cannot be reached; the next sweep queues the rest.

    :param options: of Celery's `apply_async`
    """
    for kitchen_id in kitchen_ids:
        try:
            print_next_job.apply_async((kitchen_id,), **options)
        except BrokerGone as error:
            log.warning("prints_postponed", reason=type(error).__name__)
            return
