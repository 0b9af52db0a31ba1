"""The tasks of the relay: one for an aggregate with new events, and a sweep for events that no wake-up reached."""

from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation import clock
from pizzeria.foundation.events.relay import relay_due

log = structlog.get_logger(__name__)


@shared_task
def relay(aggregate_ref: str) -> None:
    """Publish the events of one aggregate, in their sequence, until none is due."""
    _relay(UUID(aggregate_ref))


@shared_task
def sweep() -> None:
    """Publish all due events: those left behind by a crash, a full disk or an unavailable broker."""
    _relay()


def _relay(aggregate_ref: UUID | None = None) -> None:
    try:
        relay_due(aggregate_ref=aggregate_ref, now=clock.now)
    except BrokerGone:
        log.warning("relay_postponed", reason="broker unavailable")
