"""
`python -m tests.chaos.bent BEND CELERY…`: a worker of the shop with something wrong with it, for tests and controls.

    killed:FAILPOINT    there it is killed with all its children, as by a power cut
    hasty:FAILPOINT     the same; and it writes down that a notice is sent before it sends it
    careless            it looks what is to be told, and notes a moment later that it has looked
    poisoned:REF        whoever tells that this order is confirmed is killed, alone
"""

import os
import signal
import sys
import time
from contextlib import nullcontext
from functools import wraps

import django

django.setup()

from django.db.models import F  # noqa: E402 - Django has to be up before its apps are

from orders.models import Notice, NoticeState  # noqa: E402
from orders.services import sending  # noqa: E402
from orders.signals import order_confirmed  # noqa: E402
from pizzeria.celery import app  # noqa: E402
from pizzeria.foundation import failpoints  # noqa: E402
from pizzeria.foundation.commands import command  # noqa: E402
from pizzeria.foundation.events import relay  # noqa: E402
from pizzeria.foundation.events.models import EventRelay  # noqa: E402

A_MOMENT = 0.5  # seconds, in which every other process looks as well


def main(bend, *celery):
    kind, _, what = bend.partition(":")
    match kind:
        case "hasty":
            sending.take_notice = hasty_take
        case "careless":
            relay.take = careless_take
        case "poisoned":
            order_confirmed.connect(poison(what), weak=False)
    with failpoints.armed(what, power_cut) if kind in {"killed", "hasty"} else nullcontext():
        app.worker_main(celery)


def power_cut():
    os.killpg(os.getpgrp(), signal.SIGKILL)


def poison(ref):
    def kill(*, event, **_):
        if str(event.noun_ref) == ref:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


@command
@wraps(sending.take_notice.__wrapped__)
def hasty_take(**asked):
    notice = hasty_take.__wrapped__.__wrapped__(**asked)
    if notice is not None:
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.SENT)
    return notice


def careless_take(*, at, noun_ref=None):
    whose = {"event__noun_ref": noun_ref} if noun_ref else {}
    relays = list(EventRelay.objects.eligible(at).filter(**whose).select_related("event"))
    time.sleep(A_MOMENT)
    EventRelay.objects.filter(pk__in=[each.pk for each in relays]).update(
        attempts=F("attempts") + 1, due_at=at + relay.LEASE
    )
    return [each.event for each in relays]


if __name__ == "__main__":
    main(*sys.argv[1:])
