"""
Tasks that send webhooks, on a queue of their own: a receiver that does not answer holds up nothing else.

Each delivery is a row before a task is queued. A task carries the id of a subscription and sends its next delivery;
then it queues another one if more are due, behind what other subscriptions wait for. So a subscription has one task in
the queue, however many events wait for it. What no task reached is found by the sweep.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from orders.notifications.webhooks import selectors, services
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent

SECONDS_BETWEEN_SWEEPS = 10

log = structlog.get_logger(__name__)


def create_and_queue_deliveries(event: StoredEvent, *, batch: RelayBatch) -> None:
    """
    Create the deliveries of a stored event, and queue a task for each that waits for no other. Without a subscription,
    one query for all events of a batch.

    Not a task: the relay may mark the event as relayed only when the rows exist.
    """
    if selectors.is_subscribed_to(event, batch=batch):
        _queue(services.create_webhook_deliveries(event_id=event.pk, at=clock.now()))


@shared_task
def send_next_delivery(subscription_id: int) -> None:
    """Send the next delivery of a subscription, if one is due; then queue the one after it."""
    if services.send_next_delivery(subscription_id=subscription_id, at=clock.now()):
        _queue([subscription_id] if selectors.has_due_delivery(subscription_id, at=clock.now()) else [])


@shared_task
def queue_due_webhooks() -> None:
    """Queue a task for each subscription with due deliveries: retries, and what a crash left behind."""
    expires = SECONDS_BETWEEN_SWEEPS  # the next sweep queues them again
    _queue(selectors.subscriptions_with_due_deliveries(clock.now()), expires=expires)


def _queue(subscription_ids: Iterable[int], **options: Any) -> None:
    """
    Queue a task per subscription. Stop when the broker cannot be reached; the next sweep queues the rest.

    :param options: of Celery's `apply_async`
    """
    for subscription_id in subscription_ids:
        try:
            send_next_delivery.apply_async((subscription_id,), **options)
        except BrokerGone as error:
            log.warning("webhooks_postponed", reason=type(error).__name__)
            return
