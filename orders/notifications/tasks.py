"""
Tasks that send notifications. Each notification is a row before a task is queued; a task carries only the row's id.

So no notification depends on a queued task: while the broker is down, emptied or does not answer, the rows wait, and
the next sweep finds them.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from orders.models import PhoneProof
from orders.notifications import selectors, services
from orders.notifications.models import Notification, NotificationChannel
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent

SECONDS_BETWEEN_SWEEPS = 10
BATCH_SIZE = 100

log = structlog.get_logger(__name__)


def create_and_queue_notifications(event: StoredEvent, *, batch: RelayBatch) -> None:
    """
    Create the notifications of a stored event, and queue those that are due. If nobody can be notified, one query for
    all events of a batch.

    Not a task: the relay may mark the event as relayed only when the rows exist.
    """
    if selectors.is_anybody_reachable(event, batch=batch):
        _queue(services.create_notifications(event_id=event.pk, at=clock.now()))


@shared_task
def send_notification(notification_id: int) -> None:
    """Send a notification if it is due and still relevant; then queue the later ones that waited for it."""
    if services.send_notification(notification_id=notification_id, at=clock.now()):
        _queue(selectors.due_after(notification_id, at=clock.now()))


@shared_task
def send_phone_code(proof_id: int) -> None:
    """Send a guest's code by SMS, if it is due."""
    services.send_phone_code(proof_id=proof_id, at=clock.now())


def queue_phone_code(proof_id: int, **options: Any) -> None:
    """
    Queue the sending of a guest's code.

    :param options: of Celery's `apply_async`
    :raises BrokerGone: the broker cannot be reached; the next sweep queues it
    """
    send_phone_code.apply_async(kwargs={"proof_id": proof_id}, queue=NotificationChannel.SMS, **options)


@shared_task
def queue_due_notifications() -> None:
    """
    Queue what is due, oldest first: retries, and what a crash or a dead broker left behind.

    Codes first: a guest waits for them.
    """
    try:
        for proof in PhoneProof.objects.to_be_sent(clock.now()).order_by("due_at", "pk")[:BATCH_SIZE]:
            queue_phone_code(proof.pk, expires=SECONDS_BETWEEN_SWEEPS)
    except BrokerGone as error:
        log.warning("phone_codes_postponed", reason=type(error).__name__)
        return
    # One batch per channel: the backlog of a provider that does not answer cannot crowd out the other channel.
    for channel in (NotificationChannel.EMAIL, NotificationChannel.SMS):
        due = Notification.objects.due(clock.now()).filter(channel=channel).order_by("due_at", "pk")
        _queue(due[:BATCH_SIZE], expires=SECONDS_BETWEEN_SWEEPS)  # the next sweep queues them again


def _queue(due: Iterable[Notification], **options: Any) -> None:
    """
    Queue a task per notification, on the queue of its channel: a provider that does not answer delays only its own.

    Stop when the broker cannot be reached; the next sweep queues the rest.

    :param options: of Celery's `apply_async`
    """
    for notification in due:
        try:
            send_notification.apply_async(
                kwargs={"notification_id": notification.pk}, queue=notification.channel, **options
            )
        except BrokerGone as error:
            log.warning("notifications_postponed", reason=type(error).__name__)
            return
