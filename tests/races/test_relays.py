"""Concurrent relays publish each event once, in its aggregate's sequence; without the lock, more than once."""

from collections import Counter
from threading import Barrier, Event, Lock, Thread, get_ident

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.dispatch import Signal

from kitchen.models import Kitchen
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events import claims, relay
from pizzeria.foundation.events.claims import LEASE
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.log import record
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests.factories import KitchenFactory
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import FRIDAY_NIGHT as NIGHT

pytestmark = pytest.mark.django_db(transaction=True)

whistle_blown = Signal()
KITCHENS, EACH = 10, 6
SWEEPERS = 4


class WhistleBlown(DomainEvent[Kitchen], type="test.whistle_blown.v1", signal=whistle_blown):
    pass


@pytest.fixture
def published_events():
    """Yield the list of published events, in the order in which a receiver got them."""
    published, writing = [], Lock()

    def hear(*, event, **_):
        with writing:
            published.append((event.aggregate_ref, event.seq))

    whistle_blown.connect(hear)
    yield published
    whistle_blown.disconnect(hear)


@pytest.fixture
def unpublished_events():
    """Record many events of many kitchens, none of them published yet."""
    for _kitchen in range(KITCHENS):
        with transaction.atomic():
            record(KitchenFactory(), *[WhistleBlown()] * EACH, by=SYSTEM, at=NIGHT)


def sweeper():
    return relay_due(now=lambda: NIGHT)


def relay_of(aggregate_ref):
    return lambda: relay_due(aggregate_refs=[aggregate_ref], now=lambda: NIGHT)


def test_four_concurrent_sweeps_publish_each_event_once_and_in_the_sequence_of_its_aggregate(
    unpublished_events, published_events
):
    all_at_once([sweeper] * SWEEPERS)
    sweeper()  # events that none could claim while another had claimed the event before them

    assert Counter(published_events).most_common(1)[0][1] == 1
    assert len(published_events) == KITCHENS * EACH
    for ref in {ref for ref, _seq in published_events}:
        assert [seq for of, seq in published_events if of == ref] == list(range(1, EACH + 1))


def test_21_concurrent_relays_of_one_aggregate_publish_its_event_once(published_events):
    with transaction.atomic():
        [event] = record(KitchenFactory(), WhistleBlown(), by=SYSTEM, at=NIGHT)

    all_at_once([relay_of(event.aggregate_ref)] * 21)

    assert published_events == [(event.aggregate_ref, 1)]


def test_control_without_the_lock_concurrent_sweeps_publish_an_event_several_times(
    unpublished_events, published_events, monkeypatch
):
    """Reading due events and marking them as claimed are two steps here; all threads read before any of them marks."""
    all_have_looked, have_looked = Barrier(SWEEPERS), set()

    def look_then_note(*, at, aggregate_refs=None):
        relays = list(OutboxEntry.objects.eligible(at).select_related("event")[:50])
        if get_ident() not in have_looked:
            have_looked.add(get_ident())
            all_have_looked.wait(timeout=THREAD_TIMEOUT)
        OutboxEntry.objects.filter(pk__in=[each.pk for each in relays]).update(
            attempts=F("attempts") + 1, due_at=at + LEASE
        )
        return [each.event for each in relays]

    monkeypatch.setattr(relay, "claim", look_then_note)

    all_at_once([sweeper] * SWEEPERS)

    assert Counter(published_events).most_common(1)[0][1] >= SWEEPERS


@pytest.fixture
def locked_elsewhere():
    """Record three events of one kitchen, of which another transaction has locked the second; return all three."""
    with transaction.atomic():
        events = record(KitchenFactory(), *[WhistleBlown()] * 3, by=SYSTEM, at=NIGHT)
    has_locked, may_end = Event(), Event()

    def hold():
        try:
            with transaction.atomic():
                OutboxEntry.objects.for_update().get(pk=events[1].pk)
                has_locked.set()
                may_end.wait(timeout=THREAD_TIMEOUT)
        finally:
            connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert has_locked.wait(timeout=THREAD_TIMEOUT)
    yield events
    may_end.set()
    holder.join()


@pytest.mark.parametrize("is_alone", [True, False], ids=["of one aggregate", "in a sweep"])
def test_a_relay_claims_no_event_beyond_one_that_another_relay_has_locked(locked_elsewhere, is_alone):
    """As after a dead letter was requeued, while another relay has just claimed the event after it."""
    refs = [locked_elsewhere[0].aggregate_ref] if is_alone else None

    assert relay.claim(at=NIGHT, aggregate_refs=refs) == locked_elsewhere[:1]


def test_control_without_the_check_of_the_sequence_a_relay_claims_events_around_the_locked_one(
    locked_elsewhere, monkeypatch
):
    monkeypatch.setattr(claims, "IS_NEXT", "TRUE")

    assert relay.claim(at=NIGHT) == [locked_elsewhere[0], locked_elsewhere[2]]
