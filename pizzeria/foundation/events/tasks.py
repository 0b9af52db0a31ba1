"""The tasks of the relay: one for aggregates with new events, and a sweep for events that no wake-up reached."""

from collections.abc import Collection
from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation import clock
from pizzeria.foundation.events.relay import relay_due

log = structlog.get_logger(__name__)


@shared_task
def relay(*aggregate_refs: str) -> None:
    """Publish the events of some aggregates, those of each in their sequence, until none is due."""
    _relay([UUID(ref) for ref in aggregate_refs])


@shared_task
def sweep() -> None:
    """Publish all due events: those left behind by a crash, a full disk or an unavailable broker."""
    _relay()


def _relay(aggregate_refs: Collection[UUID] | None = None) -> None:
    try:
        relay_due(aggregate_refs=aggregate_refs, now=clock.now)
    except BrokerGone:
        log.warning("relay_postponed", reason="broker unavailable")
