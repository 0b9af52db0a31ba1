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
from orders.models import Notice, NotificationChannel
from orders.selectors import notices
from pizzeria.foundation import clock

SECONDS_BETWEEN_SWEEPS = 10
MOST_AT_ONCE = 100

log = structlog.get_logger(__name__)


def notify(event_id: int) -> None:
    """
    Write down who is to be told of an event, and have them told.

    Not a task: whoever relays the event may mark it as told only when the rows are there.
    """
    _hand_over(services.write_notices(event_id=event_id, at=clock.now()))


@shared_task
def send_notice(notice_id: int) -> None:
    """Send a notice, if it is due and still news; then hand over those that waited for it."""
    if services.send_notice(notice_id=notice_id, at=clock.now()):
        _hand_over(notices.due_after(notice_id, at=clock.now()))


@shared_task
def send_due_notices() -> None:
    """Hand over what nobody has sent: tried before, or left behind by a crash or a dead broker. Oldest first."""
    for channel in (
        NotificationChannel.EMAIL,
        NotificationChannel.SMS,
    ):  # each by itself: a silent provider's pile hides nobody else's
        due = Notice.objects.due(clock.now()).filter(channel=channel).order_by("due_at", "pk")
        _hand_over(due[:MOST_AT_ONCE], expires=SECONDS_BETWEEN_SWEEPS)  # the next one hands them over again


def _hand_over(due: Iterable[Notice], **options: Any) -> None:
    """
    Hand notices to the workers, each by its channel's queue: a silent provider holds up nobody but its own.

    :param options: of Celery's `apply_async`
    """
    for notice in due:
        try:
            send_notice.apply_async(kwargs={"notice_id": notice.pk}, queue=notice.channel, **options)
        except BrokerGone as error:
            log.warning("notices_wait", reason=type(error).__name__)
            return
