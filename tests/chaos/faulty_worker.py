"""
`python -m tests.chaos.faulty_worker FAULT CELERY…`: a worker of the shop with a fault, for tests and controls.

    killed:FAILPOINT      at the failpoint it is killed with all its child processes, as by a power cut
    sent-first:FAILPOINT  the same; and it marks a notification as sent before it sends it
    unlocked              it claims events without a lock: it reads them, and marks them after another has read them
    poisoned:REF          the process that publishes this order's `order.confirmed.v1` is killed, without its parent
"""

import os
import signal
import sys
from contextlib import nullcontext, suppress
from functools import wraps

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django has to be up before its apps are
from django.db.models import F  # noqa: E402
from redis import Redis  # noqa: E402

from orders.notifications.models import Notification, NotificationState  # noqa: E402
from orders.notifications.services import delivery as notification_delivery  # noqa: E402
from orders.signals import order_confirmed  # noqa: E402
from pizzeria.celery import app  # noqa: E402
from pizzeria.foundation import failpoints  # noqa: E402
from pizzeria.foundation.commands import command  # noqa: E402
from pizzeria.foundation.events import claims, relay  # noqa: E402
from pizzeria.foundation.events.models import OutboxEntry  # noqa: E402
from tests.waiting import until  # noqa: E402

SECOND_READER_TIMEOUT = 20  # seconds until another process has read the same events: less than a task's time limit


def main(fault, *celery):
    kind, _, argument = fault.partition(":")
    match kind:
        case "sent-first":
            notification_delivery.claim_notification = claim_and_mark_sent
        case "unlocked":
            relay.claim = claim_without_lock
        case "poisoned":
            order_confirmed.connect(killer_of(argument), weak=False)
    with failpoints.armed(argument, power_cut) if kind in {"killed", "sent-first"} else nullcontext():
        app.worker_main(celery)


def power_cut():
    os.killpg(os.getpgrp(), signal.SIGKILL)


def killer_of(ref):
    def kill(*, event, **_):
        if str(event.aggregate_ref) == ref:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


@command
@wraps(notification_delivery.claim_notification.__wrapped__)
def claim_and_mark_sent(**arguments):
    notification = claim_and_mark_sent.__wrapped__.__wrapped__(**arguments)
    if notification is not None:
        Notification.objects.filter(pk=notification.pk).update(state=NotificationState.SENT)
    return notification


def claim_without_lock(*, at, aggregate_refs=None):
    aggregate_filter = {"event__aggregate_ref__in": aggregate_refs} if aggregate_refs else {}
    entries = list(OutboxEntry.objects.eligible(at).filter(**aggregate_filter).select_related("event"))
    if entries:
        wait_for_second_reader(entries[0].event_id)
    OutboxEntry.objects.filter(pk__in=[each.pk for each in entries]).update(
        attempts=F("attempts") + 1, due_at=at + claims.LEASE
    )
    return [each.event for each in entries]


def wait_for_second_reader(event_id):
    with Redis.from_url(settings.REDIS_URL) as counter, suppress(AssertionError):  # no other process has read it
        counter.incr(f"looked:{event_id}")
        until(lambda: int(counter.get(f"looked:{event_id}")) > 1, seconds=SECOND_READER_TIMEOUT)


if __name__ == "__main__":
    main(*sys.argv[1:])
