"""An event that kills whoever tells it: dead after so many tries, and nobody else's news with it."""

import pytest
from django.conf import settings
from redis import Redis

from pizzeria.foundation import clock
from pizzeria.foundation.events import tasks
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import MAX_ATTEMPTS
from tests.chaos import evening
from tests.waiting import until

POISONED, OTHERS = 0, range(1, 6)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poisoned(kitchen, post):
    """The oldest of some orders that a sweep finds all at once: no nudge of theirs has arrived."""
    first, *_others = [evening.place(guest) for guest in (POISONED, *OTHERS)]
    evening.all_nudged()
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushall()
    return OutboxEntry.objects.get(event__aggregate_ref=first.ref, event__type="order.confirmed.v1")


def test_dies_alone(poisoned, works, post):
    works.bent_worker(f"poisoned:{poisoned.event.aggregate_ref}")

    for attempt in range(1, MAX_ATTEMPTS + 2):
        OutboxEntry.objects.waiting().update(due_at=clock.now())  # nobody's lease is waited for
        tasks.sweep.delay()
        until(
            lambda attempt=attempt: is_dead(poisoned) or attempts(poisoned) == attempt,
            seconds=evening.PATIENCE,
            why=evening.states,
        )
    works.beat()  # sweeps on
    until(lambda: evening.all_relayed() and evening.all_sent(), seconds=evening.PATIENCE, why=evening.states)

    assert list(OutboxEntry.objects.exclude(dead_lettered_at=None)) == [poisoned]
    assert attempts(poisoned) == MAX_ATTEMPTS
    assert evening.times_told(post) == dict.fromkeys(evening.recipients([POISONED, *OTHERS]), 1)  # it kills who told it


def attempts(entry):
    return OutboxEntry.objects.get(pk=entry.pk).attempts


def is_dead(entry):
    return OutboxEntry.objects.get(pk=entry.pk).dead_lettered_at is not None
