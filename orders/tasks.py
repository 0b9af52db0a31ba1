"""
Telling people. What is to be told is a row before anybody is asked to send it; a task is only told which row.

So no message to a worker matters: with the broker gone, emptied or silent the rows wait, and the next sweep finds
them.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from orders import services
from orders.models import Notification, NotificationChannel
from orders.selectors import inbox
from pizzeria.foundation import clock

SECONDS_BETWEEN_SWEEPS = 10
BATCH_SIZE = 100

log = structlog.get_logger(__name__)


def create_and_queue_notifications(event_id: int) -> None:
    """
    Write down who is to be told of an event, and have them told.

    Not a task: whoever relays the event may mark it as told only when the rows are there.
    """
    _queue(services.create_notifications(event_id=event_id, at=clock.now()))


@shared_task
def send_notification(notification_id: int) -> None:
    """Send a notice, if it is due and still news; then hand over those that waited for it."""
    if services.send_notification(notification_id=notification_id, at=clock.now()):
        _queue(inbox.due_after(notification_id, at=clock.now()))


@shared_task
def send_due_notifications() -> None:
    """Hand over what nobody has sent: tried before, or left behind by a crash or a dead broker. Oldest first."""
    for channel in (
        NotificationChannel.EMAIL,
        NotificationChannel.SMS,
    ):  # each by itself: a silent provider's pile hides nobody else's
        due = Notification.objects.due(clock.now()).filter(channel=channel).order_by("due_at", "pk")
        _queue(due[:BATCH_SIZE], expires=SECONDS_BETWEEN_SWEEPS)  # the next one hands them over again


def _queue(due: Iterable[Notification], **options: Any) -> None:
    """
    Hand notices to the workers, each by its channel's queue: a silent provider holds up nobody but its own.

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
