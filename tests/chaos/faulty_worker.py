"""
`python -m tests.chaos.faulty_worker BEND CELERY…`: a worker of the shop with a fault, for tests and controls.

    killed:FAILPOINT    at the failpoint it is killed with all its child processes, as by a power cut
    hasty:FAILPOINT     the same; and it marks a notification as sent before it sends it
    careless            it claims events without a lock: it reads them, and marks them when another has read them, too
    poisoned:REF        the process that publishes this order's `order.confirmed.v1` is killed, without its parent
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
from pizzeria.foundation.events import relay  # noqa: E402
from pizzeria.foundation.events.models import OutboxEntry  # noqa: E402
from tests.waiting import until  # noqa: E402

A_WHILE = 20  # seconds for which a process waits until another one has read, too: less than a task's time limit


def main(bend, *celery):
    kind, _, what = bend.partition(":")
    match kind:
        case "hasty":
            notification_delivery.claim_notification = hasty_take
        case "careless":
            relay.claim = careless_take
        case "poisoned":
            order_confirmed.connect(poison(what), weak=False)
    with failpoints.armed(what, power_cut) if kind in {"killed", "hasty"} else nullcontext():
        app.worker_main(celery)


def power_cut():
    os.killpg(os.getpgrp(), signal.SIGKILL)


def poison(ref):
    def kill(*, event, **_):
        if str(event.aggregate_ref) == ref:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


@command
@wraps(notification_delivery.claim_notification.__wrapped__)
def hasty_take(**asked):
    notification = hasty_take.__wrapped__.__wrapped__(**asked)
    if notification is not None:
        Notification.objects.filter(pk=notification.pk).update(state=NotificationState.SENT)
    return notification


def careless_take(*, at, aggregate_ref=None):
    whose = {"event__aggregate_ref": aggregate_ref} if aggregate_ref else {}
    relays = list(OutboxEntry.objects.eligible(at).filter(**whose).select_related("event"))
    if relays:
        wait_for_another_who_looks(relays[0].event_id)
    OutboxEntry.objects.filter(pk__in=[each.pk for each in relays]).update(
        attempts=F("attempts") + 1, due_at=at + relay.LEASE
    )
    return [each.event for each in relays]


def wait_for_another_who_looks(event_id):
    with Redis.from_url(settings.REDIS_URL) as counter, suppress(AssertionError):  # no other process has read it
        counter.incr(f"looked:{event_id}")
        until(lambda: int(counter.get(f"looked:{event_id}")) > 1, seconds=A_WHILE)


if __name__ == "__main__":
    main(*sys.argv[1:])
