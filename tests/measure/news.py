"""How soon news is taken up once it is committed, and how much of it can be told in a second."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.cache import cache
from django.test import override_settings

from kitchen.models import Ticket, TicketState
from orders.notifications.models import Notification
from pizzeria.celery import app
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from pizzeria.operations import mail_url
from tests import shop
from tests.chaos.works import Works
from tests.measure.figures import say, timed
from tests.waiting import until

ORDERS, EVENTS = 100, 2000


def measure() -> None:
    """Place orders beside a real worker; then tell all there is, with a broker and without one."""
    with TemporaryDirectory() as folder:
        _until_it_is_taken_up(Path(folder))
    with override_settings(
        MAILERS=mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no"), NOTIFY_SMS_URL="json://127.0.0.1:1/sms"
    ):
        _in_a_second("relay_due")
        with _broker_gone():
            _in_a_second("relay_due, Redis gone")
    print()


def _until_it_is_taken_up(folder: Path) -> None:
    notes, committed = folder / "notes", dict[str, float]()
    works = Works({}, log=folder / "works.log")
    cache.clear()  # and with it whatever waits for a worker
    works.worker_of("tests.measure.noting", str(notes))
    try:
        for _ in range(1 + ORDERS):  # the first waits for the worker to come up
            ref, at = _placed()
            committed[ref] = at
            until(lambda: ref in _begun(notes))  # noqa: B023 - within the turn
    finally:
        works.kill_all()
    begun = _begun(notes)
    seconds = [begun[ref] - at for ref, at in committed.items()][1:]
    say("news, from commit to a worker's beginning", seconds, f"{ORDERS} orders, one after another")


def _placed() -> tuple[str, float]:
    """Place an order; give its ref, and when it was committed."""
    moments: list[float] = []
    with failpoints.armed("orders.place_order.after_commit", lambda: moments.append(time.time())):
        order = shop.place(at=clock.now())
    Ticket.objects.update(state=TicketState.GONE)
    return str(order.ref), moments[0]


def _begun(notes: Path) -> dict[str, float]:
    """Give when each was first begun."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return {ref: float(at) for ref, at in (line.split() for line in reversed(lines))}


def _in_a_second(name: str) -> None:
    seconds, told = 0.0, 0
    while told < EVENTS:
        Notification.objects.all().delete()
        told += OutboxEntry.objects.filter(event__stream="order").update(
            relayed_at=None, attempts=0, due_at=clock.now()
        )
        seconds += timed(lambda: relay_due(now=clock.now))
    print(f"{name:48} {told / seconds:.0f} events a second, of {told}, their notices written and handed over")


@contextmanager
def _broker_gone() -> Iterator[None]:
    """Nobody listens where this process sends its messages to workers."""
    there = app.conf.broker_write_url
    app.conf.broker_write_url, app.amqp._producer_pool = "redis://127.0.0.1:1/0", None
    yield
    app.conf.broker_write_url, app.amqp._producer_pool = there, None
