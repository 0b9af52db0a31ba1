"""The event log: events are recorded with a change, kept for ever, and loaded in their newest version."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.dispatch import Signal

from kitchen.models import Kitchen
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.events.domain_events import DomainEvent, EventUnreadable, load, load_data, upcast
from pizzeria.foundation.events.log import record
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from tests import shop
from tests.factories import KitchenFactory

pytestmark = pytest.mark.django_db

NIGHT, LATER = shop.FRIDAY_NIGHT, datetime(2026, 11, 20, 19, 5, tzinfo=UTC)


class OvenMoved(DomainEvent[Kitchen], type="test.oven_moved.v3"):
    street: str
    floor: int
    lift: bool

    def apply(self, aggregate, at):
        aggregate.name = self.street


@upcast("test.oven_moved.v1")
def moved_before_we_counted_floors(data):
    data["floor"] = 0
    return "test.oven_moved.v2", data


@upcast("test.oven_moved.v2")
def moved_before_there_were_lifts(data):
    return "test.oven_moved.v3", {**data, "lift": False}


class OvenSwept(DomainEvent[Kitchen], type="test.oven_swept.v1"):
    pass


class OvenLit(DomainEvent[Kitchen], type="test.oven_lit.v1", signal=Signal()):
    pass


TO_VIA_APPIA = OvenMoved(street="Via Appia", floor=1, lift=True)


@pytest.fixture
def kitchen():
    return KitchenFactory(name="Via Roma")


def test_the_events_of_an_aggregate_are_numbered_without_gaps(kitchen):
    record(kitchen, OvenSwept(), TO_VIA_APPIA, by=SYSTEM, at=NIGHT)
    record(kitchen, OvenSwept(), by=SYSTEM, at=LATER)

    assert [(event.seq, event.type) for event in StoredEvent.objects.filter(aggregate_ref=kitchen.ref)] == [
        (1, "test.oven_swept.v1"),
        (2, "test.oven_moved.v3"),
        (3, "test.oven_swept.v1"),
    ]
    assert Kitchen.objects.get(pk=kitchen.pk).seq == 3


def test_the_events_of_each_aggregate_are_numbered_separately(kitchen):
    other = KitchenFactory()

    record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)
    record(other, OvenSwept(), by=SYSTEM, at=NIGHT)

    assert sorted(event.seq for event in StoredEvent.objects.all()) == [1, 1]


def test_a_stored_event_has_its_aggregate_actor_time_and_data(kitchen):
    [event] = record(kitchen, TO_VIA_APPIA, by=GUEST, at=NIGHT)

    event.refresh_from_db()
    assert (event.stream, event.aggregate_ref, event.actor, event.at) == ("kitchen", kitchen.ref, "guest", NIGHT)
    assert event.data == {"street": "Via Appia", "floor": 1, "lift": True}


def test_recording_an_event_applies_it_to_the_row_of_the_aggregate(kitchen):
    record(kitchen, TO_VIA_APPIA, by=SYSTEM, at=NIGHT)

    assert Kitchen.objects.get(pk=kitchen.pk).name == "Via Appia"


def test_every_event_with_a_signal_gets_an_outbox_entry_that_is_due_at_once(kitchen):
    events = record(kitchen, OvenLit(), OvenLit(), by=SYSTEM, at=NIGHT)

    relays = OutboxEntry.objects.order_by("event__seq")
    assert [(relay.event, relay.due_at, relay.attempts) for relay in relays] == [(event, NIGHT, 0) for event in events]
    assert all(relay.relayed_at is None and relay.dead_lettered_at is None for relay in relays)


def test_an_event_without_a_signal_counts_as_relayed(kitchen):
    record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)

    assert OutboxEntry.objects.get().relayed_at == NIGHT


@pytest.mark.django_db(transaction=True)
def test_recording_an_event_outside_a_transaction_is_an_error(kitchen):
    with pytest.raises(transaction.TransactionManagementError):
        record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)

    assert not StoredEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_rolled_back_with_its_transaction(kitchen):
    with transaction.atomic():
        record(kitchen, TO_VIA_APPIA, by=SYSTEM, at=NIGHT)
        transaction.set_rollback(True)

    assert not StoredEvent.objects.exists()
    assert not OutboxEntry.objects.exists()
    assert Kitchen.objects.get(pk=kitchen.pk).name == "Via Roma"


def test_recording_an_event_on_a_stale_aggregate_is_an_error(kitchen):
    stale = Kitchen.objects.get(pk=kitchen.pk)
    record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)

    with pytest.raises(IntegrityError, match="event_once_per_seq"), transaction.atomic():
        record(stale, TO_VIA_APPIA, by=SYSTEM, at=NIGHT)

    assert Kitchen.objects.get(pk=kitchen.pk).name == "Via Roma"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events_storedevent SET actor = 'nobody'", "DELETE FROM events_storedevent"],
    ids=["changed", "deleted"],
)
def test_the_database_refuses_to_change_or_delete_a_stored_event(kitchen, statement):
    record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert StoredEvent.objects.get().actor == "system"


def test_loading_a_stored_event_returns_the_recorded_domain_event(kitchen):
    [event] = record(kitchen, TO_VIA_APPIA, by=SYSTEM, at=NIGHT)

    event.refresh_from_db()
    assert load(event) == TO_VIA_APPIA


@pytest.mark.parametrize(
    ("written_as", "data", "meant"),
    [
        ("test.oven_moved.v1", {"street": "Via Appia"}, {"floor": 0, "lift": False}),
        ("test.oven_moved.v2", {"street": "Via Appia", "floor": 2}, {"floor": 2, "lift": False}),
        ("test.oven_moved.v3", {"street": "Via Appia", "floor": 2, "lift": True}, {"floor": 2, "lift": True}),
    ],
    ids=["v1", "v2", "v3"],
)
def test_every_old_version_of_an_event_is_loaded_as_the_newest(written_as, data, meant):
    assert load_data(written_as, data) == OvenMoved(street="Via Appia", **meant)


def test_loading_an_old_version_does_not_change_the_stored_data():
    written = {"street": "Via Appia"}

    load_data("test.oven_moved.v1", written)

    assert written == {"street": "Via Appia"}


def test_loading_an_event_of_an_undeclared_type_is_an_error():
    with pytest.raises(EventUnreadable, match="oven_flew"):
        load_data("test.oven_flew.v1", {})


@pytest.mark.parametrize("written_as", ["test.oven_moved.v1", "test.oven_moved.v3"], ids=["upcast", "newest"])
@pytest.mark.parametrize("data", [None, [], {"road": "Via Appia"}, {"street": None}], ids=str)
def test_loading_an_event_with_data_of_another_shape_is_the_same_error(written_as, data):
    with pytest.raises(EventUnreadable, match="oven_moved"):
        load_data(written_as, data)


def test_declaring_a_second_domain_event_of_a_type_is_an_error():
    with pytest.raises(TypeError, match="oven_swept"):

        class OvenSweptAgain(DomainEvent[Kitchen], type="test.oven_swept.v1"):
            pass


def test_a_domain_event_rejects_a_field_it_does_not_declare():
    with pytest.raises(ValueError, match="phone"):
        OvenSwept(phone="+390612345678")


def test_a_domain_event_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        TO_VIA_APPIA.street = "Via Roma"


def test_an_event_without_changes_leaves_the_row_of_the_aggregate_as_it_was(kitchen):
    record(kitchen, OvenSwept(), by=SYSTEM, at=NIGHT)

    assert Kitchen.objects.get(pk=kitchen.pk).name == "Via Roma"
