"""An event that kills each process that publishes it: it becomes a dead letter, and all other events are published."""

import pytest
from django.conf import settings
from redis import Redis

from pizzeria.foundation import clock
from pizzeria.foundation.events import tasks
from pizzeria.foundation.events.claims import MAX_ATTEMPTS
from pizzeria.foundation.events.models import OutboxEntry
from tests.chaos import workload
from tests.waiting import until

POISONED, OTHERS = 0, range(1, 6)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poisoned(kitchen, message_sinks):
    """Return the event that kills, of the oldest of some orders; only a sweep finds them, as no wake-up is left."""
    first, *_others = [workload.place(guest) for guest in (POISONED, *OTHERS)]
    workload.wait_for_wakeups()
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushall()
    return OutboxEntry.objects.get(event__aggregate_ref=first.ref, event__type="order.confirmed.v1")


def test_an_event_that_kills_its_worker_becomes_a_dead_letter_and_all_other_events_are_published(
    poisoned, shop_processes, message_sinks
):
    shop_processes.start_faulty_worker(f"poisoned:{poisoned.event.aggregate_ref}")

    for attempt in range(1, MAX_ATTEMPTS + 2):
        OutboxEntry.objects.waiting().update(due_at=clock.now())  # without waiting for leases to end
        tasks.sweep.delay()
        until(
            lambda attempt=attempt: is_dead(poisoned) or attempts(poisoned) == attempt,
            seconds=workload.WORKER_TIMEOUT,
            describe=workload.count_by_state,
        )
    shop_processes.start_beat()  # continues to sweep
    until(
        lambda: workload.all_relayed() and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert list(OutboxEntry.objects.exclude(dead_lettered_at=None)) == [poisoned]
    assert attempts(poisoned) == MAX_ATTEMPTS
    # The poisoned one as well: the process is killed after the event's other receivers were called.
    assert workload.count_by_recipient(message_sinks) == dict.fromkeys(workload.recipients([POISONED, *OTHERS]), 1)


def attempts(entry):
    return OutboxEntry.objects.get(pk=entry.pk).attempts


def is_dead(entry):
    return OutboxEntry.objects.get(pk=entry.pk).dead_lettered_at is not None
