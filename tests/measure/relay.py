"""The relay: the time from a commit to the start of its task, and the number of events published in a second."""

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
from tests.chaos.processes import ShopProcesses
from tests.measure.figures import print_statistics, timed
from tests.waiting import until

ORDERS, EVENTS = 100, 2000


def measure() -> None:
    """Place orders beside a real worker; then publish events in this process, with a broker and without one."""
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
    shop_processes = ShopProcesses({}, log=folder / "processes.log")
    cache.clear()  # and with it all tasks that wait for a worker
    shop_processes.start_worker_by_module("tests.measure.instrumented_worker", str(notes))
    try:
        for _ in range(1 + ORDERS):  # the first one waits until the worker has started
            ref, at = _placed()
            committed[ref] = at
            until(lambda: ref in _begun(notes))  # noqa: B023 - within the turn
    finally:
        shop_processes.kill_all()
    begun = _begun(notes)
    seconds = [begun[ref] - at for ref, at in committed.items()][1:]
    print_statistics(
        "notification, from commit to a worker's beginning", seconds, f"{ORDERS} orders, one after another"
    )


def _placed() -> tuple[str, float]:
    """Place an order; return its ref, and the time of its commit."""
    moments: list[float] = []
    with failpoints.armed("orders.place_order.after_commit", lambda: moments.append(time.time())):
        order = shop.place(at=clock.now())
    Ticket.objects.update(state=TicketState.GONE)
    return str(order.ref), moments[0]


def _begun(notes: Path) -> dict[str, float]:
    """Return the start of the first relay task of each order, by ref."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return {ref: float(at) for ref, at in (line.split() for line in reversed(lines))}


def _in_a_second(name: str) -> None:
    seconds, relayed = 0.0, 0
    while relayed < EVENTS:
        Notification.objects.all().delete()
        relayed += OutboxEntry.objects.filter(event__stream="order").update(
            relayed_at=None, attempts=0, due_at=clock.now()
        )
        seconds += timed(lambda: relay_due(now=clock.now))
    print(f"{name:48} {relayed / seconds:.0f} events a second, of {relayed}, their notifications created and queued")


@contextmanager
def _broker_gone() -> Iterator[None]:
    """Send this process's tasks to a port on which no broker listens, until the block ends."""
    there = app.conf.broker_write_url
    app.conf.broker_write_url, app.amqp._producer_pool = "redis://127.0.0.1:1/0", None
    yield
    app.conf.broker_write_url, app.amqp._producer_pool = there, None
