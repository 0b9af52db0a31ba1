"""The relay: it publishes each event after commit, in its aggregate's sequence, until no receiver fails."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from django.dispatch import Signal
from kombu.exceptions import OperationalError as BrokerGone

from kitchen.models import Kitchen
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events import relay
from pizzeria.foundation.events.claims import LEASE, MAX_ATTEMPTS
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.log import record
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import MAX_DELAY, claim, relay_due
from tests.factories import KitchenFactory
from tests.shop import FRIDAY_NIGHT as NIGHT

pytestmark = pytest.mark.django_db

bell_rung = Signal()


class BellRung(DomainEvent[Kitchen], type="test.bell_rung.v1", signal=bell_rung):
    times: int


@pytest.fixture
def kitchen():
    return KitchenFactory()


@pytest.fixture
def recording_receiver():
    """A receiver of `bell_rung`, with the events it has `received`, and what it does `first` with each."""
    state = SimpleNamespace(received=[], first=nothing)

    def record_event(*, event, domain_event, **_):
        state.first(event)
        state.received.append((event.aggregate_ref, domain_event.times))

    bell_rung.connect(record_event)
    yield state
    bell_rung.disconnect(record_event)


def ring(kitchen, *times):
    return record(kitchen, *(BellRung(times=each) for each in times), by=SYSTEM, at=NIGHT)


def sweep(*, after=timedelta()):
    return relay_due(now=lambda: NIGHT + after)


def nothing(event):
    pass


def fail(event):
    raise ZeroDivisionError("Anna, +39 06 5550101")


def broker_is_gone(event):
    raise BrokerGone


def test_the_relay_publishes_each_due_event_once_and_returns_how_many_it_published(kitchen, recording_receiver):
    ring(kitchen, 1, 2)

    assert (sweep(), sweep()) == (2, 0)
    assert recording_receiver.received == [(kitchen.ref, 1), (kitchen.ref, 2)]


def test_the_relay_publishes_the_events_of_one_aggregate_alone_if_it_is_given(kitchen, recording_receiver):
    other = KitchenFactory()
    ring(kitchen, 1)
    ring(other, 2)

    relay_due(aggregate_refs=[other.ref], now=lambda: NIGHT)

    assert recording_receiver.received == [(other.ref, 2)]


def test_the_relay_publishes_no_event_before_it_is_due(kitchen, recording_receiver):
    ring(kitchen, 1)

    assert relay_due(now=lambda: NIGHT - timedelta(seconds=1)) == 0


def test_an_event_whose_receiver_failed_is_published_again_after_a_delay(kitchen, recording_receiver):
    ring(kitchen, 1)
    recording_receiver.first = fail
    sweep()
    recording_receiver.first = nothing

    published_at_once, published_later = sweep(), sweep(after=timedelta(minutes=1))

    assert (published_at_once, published_later) == (0, 1)


def test_a_failed_event_holds_back_the_later_events_of_its_aggregate_and_no_others(kitchen, recording_receiver):
    other = KitchenFactory()
    ring(kitchen, 1, 2)
    ring(other, 7)
    recording_receiver.first = lambda event: fail(event) if event.aggregate_ref == kitchen.ref else None

    sweep()

    assert recording_receiver.received == [(other.ref, 7)]


def test_the_delay_of_a_failing_event_doubles_with_each_attempt_within_the_maximum(kitchen, recording_receiver):
    [event] = ring(kitchen, 1)
    recording_receiver.first = fail
    moment, pauses = NIGHT, []
    for _attempt in range(MAX_ATTEMPTS - 1):
        relay_due(now=lambda: moment)  # noqa: B023 - called within the turn
        due_at = OutboxEntry.objects.get(pk=event.pk).due_at
        pauses.append(due_at - moment)
        moment = due_at

    assert all(
        timedelta(seconds=2.5) * 2**turn <= pause <= timedelta(seconds=5) * 2**turn for turn, pause in enumerate(pauses)
    )
    assert max(pauses) <= MAX_DELAY


def poison(kitchen, recording_receiver):
    """Record an event on which the receiver fails, and sweep until it is a dead letter; return the event."""
    [event] = ring(kitchen, 1)
    recording_receiver.first = lambda rung: fail(rung) if rung.pk == event.pk else None
    for turn in range(MAX_ATTEMPTS):
        sweep(after=turn * MAX_DELAY)
    return event


def test_an_event_that_always_fails_becomes_a_dead_letter_and_the_next_event_is_published(kitchen, recording_receiver):
    event = poison(kitchen, recording_receiver)
    ring(kitchen, 2)

    sweep(after=timedelta(days=1))

    relay = OutboxEntry.objects.get(pk=event.pk)
    assert (relay.attempts, relay.relayed_at, bool(relay.dead_lettered_at)) == (MAX_ATTEMPTS, None, True)
    assert recording_receiver.received == [(kitchen.ref, 2)]
    alert = Alert.objects.get()
    assert (alert.kind, alert.key, alert.times_seen) == ("event_dead_lettered", str(event.pk), 1)


def test_a_dead_letter_names_the_receiver_and_the_error_without_personal_data(kitchen, recording_receiver):
    event = poison(kitchen, recording_receiver)

    assert OutboxEntry.objects.get(pk=event.pk).error == "recording_receiver.<locals>.record_event: ZeroDivisionError"


def test_an_event_that_kills_every_worker_becomes_a_dead_letter(kitchen):
    [event] = ring(kitchen, 1)
    for death in range(MAX_ATTEMPTS):
        assert claim(at=NIGHT + death * LEASE) == [event]

    assert claim(at=NIGHT + MAX_ATTEMPTS * LEASE) == []
    assert OutboxEntry.objects.get(pk=event.pk).dead_lettered_at
    assert "worker terminated" in str(Alert.objects.get())


def test_an_event_whose_worker_may_have_been_killed_is_claimed_alone(kitchen):
    [deadly], [harmless] = ring(kitchen, 1), ring(KitchenFactory(), 1)

    assert claim(at=NIGHT) == [deadly, harmless]
    assert claim(at=NIGHT + LEASE) == [deadly]
    assert claim(at=NIGHT + LEASE) == [harmless]


def test_a_claimed_event_cannot_be_claimed_again_until_its_lease_ends(kitchen):
    [event] = ring(kitchen, 1)

    assert claim(at=NIGHT) == [event]
    assert claim(at=NIGHT + LEASE - timedelta(seconds=1)) == []
    assert claim(at=NIGHT + LEASE) == [event]


def test_an_event_that_this_release_cannot_load_is_published_by_a_release_that_can(
    kitchen, recording_receiver, monkeypatch
):
    """A worker of an older release may claim it while a new release is being deployed."""
    [event] = ring(kitchen, 1)
    with monkeypatch.context() as older:
        older.delitem(relay.domain_events._types, "test.bell_rung.v1")
        sweep()

    assert OutboxEntry.objects.get(pk=event.pk).error == "test.bell_rung.v1 cannot be read by this release"
    assert sweep(after=timedelta(minutes=1)) == 1


def test_a_sweep_stops_at_its_time_limit_and_leaves_the_rest_to_the_next_sweep(kitchen, recording_receiver):
    for _kitchen in range(3):
        ring(KitchenFactory(), 1)
    moments = iter(NIGHT + step * relay.TIME_LIMIT for step in range(10))

    relay_due(now=lambda: next(moments))
    first = len(recording_receiver.received)
    sweep(after=LEASE)

    assert (first, len(recording_receiver.received)) == (0, 3)


def test_a_sweep_stops_at_its_time_limit_also_within_a_batch_and_counts_no_attempt_for_the_rest(
    kitchen, recording_receiver
):
    events = [event for _kitchen in range(3) for event in ring(KitchenFactory(), 1)]
    moment = NIGHT

    def take_long(event):
        nonlocal moment
        moment += relay.TIME_LIMIT

    recording_receiver.first = take_long
    published = relay_due(now=lambda: moment)

    assert published == 1
    attempts = OutboxEntry.objects.filter(event__in=events).order_by("pk").values_list("attempts", flat=True)
    assert list(attempts) == [1, 0, 0]
    recording_receiver.first = nothing
    assert sweep(after=LEASE) == 2


def test_the_time_limit_of_a_task_ends_the_sweep_and_counts_as_an_attempt_of_the_event_that_it_met(
    kitchen, recording_receiver
):
    events = [event for _kitchen in range(3) for event in ring(KitchenFactory(), 1)]

    def exceed_time_limit(event):
        if event == events[1]:
            raise SoftTimeLimitExceeded

    recording_receiver.first = exceed_time_limit
    with pytest.raises(SoftTimeLimitExceeded):
        sweep()

    rows = OutboxEntry.objects.filter(event__in=events).order_by("pk")
    assert [(row.attempts, bool(row.relayed_at), row.error) for row in rows] == [
        (1, True, ""),
        (1, False, "time limit of the task exceeded"),
        (0, False, ""),
    ]


def test_no_attempt_is_counted_while_the_broker_is_unavailable(kitchen, recording_receiver):
    [event] = ring(kitchen, 1)

    recording_receiver.first = broker_is_gone
    for turn in range(3 * MAX_ATTEMPTS):
        with pytest.raises(BrokerGone):
            sweep(after=turn * LEASE)

    relay = OutboxEntry.objects.get(pk=event.pk)
    assert (relay.attempts, relay.dead_lettered_at) == (0, None)


@pytest.fixture
def _tonight(monkeypatch):
    """Stop the clock at `NIGHT`."""
    monkeypatch.setattr(clock, "now", lambda: NIGHT)


@pytest.mark.usefixtures("_tonight")
def test_the_relay_events_command_publishes_the_due_events(kitchen, recording_receiver, capsys):
    ring(kitchen, 1, 2)

    call_command("relay_events", "--once")

    assert capsys.readouterr().out == "relayed: 2 events\n"
    assert len(recording_receiver.received) == 2


@pytest.mark.usefixtures("_tonight")
def test_the_relay_events_command_fails_with_one_sentence_while_the_broker_is_unavailable(kitchen, recording_receiver):
    ring(kitchen, 1)
    recording_receiver.first = broker_is_gone

    with pytest.raises(CommandError, match="The broker is unavailable"):
        call_command("relay_events", "--once")


def test_a_sweep_of_forty_events_takes_at_most_fifty_queries(
    kitchen, recording_receiver, django_assert_max_num_queries
):
    for _kitchen in range(40):
        ring(KitchenFactory(), 1)

    with django_assert_max_num_queries(4 + 40 + 6):  # 40 mark one event each, the others serve a batch
        assert sweep() == 40


def attempts(events):
    rows = OutboxEntry.objects.filter(event__in=events).order_by("event__aggregate_ref", "event__seq")
    return list(rows.values_list("attempts", flat=True))


@pytest.mark.parametrize("is_alone", [True, False], ids=["of one aggregate", "in a sweep"])
def test_the_events_of_an_aggregate_are_claimed_together_in_their_sequence(kitchen, is_alone):
    events = ring(kitchen, 1, 2, 3)
    [other] = ring(KitchenFactory(), 4)

    claimed = claim(at=NIGHT, aggregate_refs=[kitchen.ref] if is_alone else None)

    assert claimed == (events if is_alone else [*events, other])
    assert claim(at=NIGHT, aggregate_refs=[kitchen.ref]) == []
    assert claim(at=NIGHT) == ([other] if is_alone else [])


def test_an_event_that_follows_one_published_before_it_is_claimed_with_the_next_batch(kitchen):
    first, second, third = ring(kitchen, 1, 2, 3)
    OutboxEntry.objects.filter(pk=second.pk).update(relayed_at=NIGHT)

    assert claim(at=NIGHT) == [first]
    OutboxEntry.objects.filter(pk=first.pk).update(relayed_at=NIGHT)
    assert claim(at=NIGHT) == [third]


def test_the_events_after_a_failed_one_lose_no_attempt_and_follow_it_when_it_is_published(kitchen, recording_receiver):
    events = ring(kitchen, 1, 2, 3)
    recording_receiver.first = lambda event: fail(event) if event == events[1] else None
    relay_due(aggregate_refs=[kitchen.ref], now=lambda: NIGHT)

    assert attempts(events) == [1, 1, 0]
    assert recording_receiver.received == [(kitchen.ref, 1)]

    recording_receiver.first = nothing
    relay_due(aggregate_refs=[kitchen.ref], now=lambda: NIGHT + timedelta(seconds=5))
    assert recording_receiver.received == [(kitchen.ref, 1), (kitchen.ref, 2), (kitchen.ref, 3)]


def test_the_events_of_a_terminated_worker_are_claimed_one_by_one_in_their_sequence(kitchen):
    events = ring(kitchen, 1, 2)
    claim(at=NIGHT)  # and the worker is terminated

    assert claim(at=NIGHT + LEASE) == events[:1]
    assert claim(at=NIGHT + LEASE) == []
    relay.mark_relayed(events[:1], at=NIGHT + LEASE)
    assert claim(at=NIGHT + LEASE) == events[1:]


def test_what_was_published_before_the_time_limit_of_the_task_is_marked(kitchen, recording_receiver):
    events = ring(kitchen, 1, 2, 3)

    def exceed_time_limit(event):
        if event == events[2]:
            raise SoftTimeLimitExceeded

    recording_receiver.first = exceed_time_limit
    with pytest.raises(SoftTimeLimitExceeded):
        sweep()

    assert [entry.event for entry in OutboxEntry.objects.waiting()] == events[2:]


def test_ten_published_events_at_most_are_not_marked_yet(kitchen, recording_receiver):
    unmarked = []
    recording_receiver.first = lambda event: unmarked.append(
        sum(ref_and_number[0] == event.aggregate_ref for ref_and_number in recording_receiver.received)
        - OutboxEntry.objects.exclude(relayed_at=None).count()
    )
    ring(kitchen, *range(25))

    sweep()

    assert (len(recording_receiver.received), max(unmarked)) == (25, relay.MARKED_TOGETHER - 1)
