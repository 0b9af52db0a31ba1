"""The relay at work: nudged for one noun, and sweeping up what no nudge reached."""

from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation import clock
from pizzeria.foundation.events.relay import relay_due

log = structlog.get_logger(__name__)


@shared_task
def relay(aggregate_ref: str) -> None:
    """Tell the news of one noun, in its sequence, until none is due."""
    _relay(UUID(aggregate_ref))


@shared_task
def sweep() -> None:
    """Tell all news that is due: left behind by a crash, a full disk or a dead broker."""
    _relay()


def _relay(aggregate_ref: UUID | None = None) -> None:
    try:
        relay_due(aggregate_ref=aggregate_ref, now=clock.now)
    except BrokerGone:
        log.warning("relay_postponed", reason="the broker is gone")
