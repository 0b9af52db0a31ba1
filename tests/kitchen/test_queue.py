"""Changes to the queue, within a command that holds the kitchen's lock."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from kitchen import services as kitchen_services
from kitchen.capacity import KitchenFull
from kitchen.exceptions import TicketNotFound
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from tests.factories import KitchenFactory
from tests.kitchen.tickets import MARGHERITA, MINUTE, in_queue, ticket
from tests.shop import FRIDAY_NIGHT

CONTENT = kitchen_services.TicketContent(
    method=FulfillmentMethod.PICKUP, items=[MARGHERITA], pizza_minutes=[8, 9], notes="By the window", allergies="Nuts"
)


@pytest.fixture
def locked_kitchen(db):
    """Lock a kitchen and return it."""
    return Kitchen.objects.for_update().get(pk=KitchenFactory(max_concurrent_orders=3, oven_slots=2).pk)


def book(locked_kitchen, ref=None, content=CONTENT):
    return kitchen_services.book_ticket(kitchen=locked_kitchen, ref=ref or uuid7(), content=content, at=FRIDAY_NIGHT)


def test_booking_creates_a_waiting_ticket_with_everything_that_the_cook_has_to_know(locked_kitchen):
    ref = uuid7()

    book(locked_kitchen, ref)

    booked = Ticket.objects.get(ref=ref)
    assert (booked.label, booked.method, booked.items) == ("#1", "pickup", [MARGHERITA])
    assert (booked.notes, booked.allergies) == ("By the window", "Nuts")
    assert (booked.state, booked.state_changed_at, booked.started_at) == (TicketState.WAITING, FRIDAY_NIGHT, None)


def test_a_booked_ticket_is_due_when_it_comes_out_and_promised_two_minutes_later(locked_kitchen):
    ref = uuid7()

    promised = book(locked_kitchen, ref)

    booked = Ticket.objects.get(ref=ref)
    assert (booked.minutes, booked.due_at) == (11, FRIDAY_NIGHT + 11 * MINUTE)
    assert promised.promise.ready_from == booked.due_at + 2 * MINUTE


def test_a_booking_is_promised_for_after_the_tickets_already_in_the_queue(locked_kitchen):
    in_queue(locked_kitchen, TicketState.WAITING, TicketState.WAITING, minutes=8)

    assert book(locked_kitchen).promise.ready_from == FRIDAY_NIGHT + (8 + 11 + 2) * MINUTE


def test_a_short_ticket_is_not_queued_before_a_long_one_that_was_booked_first(locked_kitchen):
    Kitchen.objects.update(max_concurrent_orders=9)
    locked_kitchen.refresh_from_db()
    cooking, long, short = uuid7(), uuid7(), uuid7()
    book(locked_kitchen, cooking, replace(CONTENT, pizza_minutes=[14]))
    Ticket.objects.update(state=TicketState.COOKING, started_at=FRIDAY_NIGHT)
    book(locked_kitchen, long, replace(CONTENT, pizza_minutes=[8] * 12))

    promised = book(locked_kitchen, short, replace(CONTENT, pizza_minutes=[8]))

    assert [ticket.ref for ticket in Ticket.objects.in_queue() if ticket.state == TicketState.WAITING] == [
        long,
        short,
    ]
    assert promised.promise.ready_from == FRIDAY_NIGHT + (14 + 8 + 2) * MINUTE


def test_a_booking_for_delivery_is_promised_with_the_driving_time(locked_kitchen):
    content = kitchen_services.TicketContent(method=FulfillmentMethod.DELIVERY, items=[MARGHERITA], pizza_minutes=[8])

    assert book(locked_kitchen, content=content).promise.ready_from == FRIDAY_NIGHT + (8 + 2 + 20) * MINUTE


def test_booking_is_refused_once_the_kitchen_is_full(locked_kitchen):
    in_queue(locked_kitchen, TicketState.HELD, TicketState.COOKING)
    book(locked_kitchen)

    with pytest.raises(KitchenFull):
        book(locked_kitchen)

    assert Ticket.objects.count() == 3


def test_booking_is_possible_again_once_a_ticket_is_ready(locked_kitchen):
    tickets = in_queue(locked_kitchen, TicketState.WAITING, TicketState.WAITING, TicketState.COOKING)

    Ticket.objects.filter(pk=tickets[2].pk).update(state=TicketState.READY)

    book(locked_kitchen)


def test_the_tickets_of_another_kitchen_do_not_delay_a_booking(locked_kitchen):
    in_queue(KitchenFactory(), *[TicketState.WAITING] * 9)

    assert book(locked_kitchen).promise.ready_from == FRIDAY_NIGHT + (11 + 2) * MINUTE


def test_booking_and_handing_over_a_ticket_each_increment_the_board_version(locked_kitchen):
    ref = uuid7()

    book(locked_kitchen, ref)
    assert Kitchen.objects.get(pk=locked_kitchen.pk).version == 1

    Ticket.objects.update(state=TicketState.READY)
    kitchen_services.hand_over_ticket(kitchen=locked_kitchen, ref=ref, by=SYSTEM, at=FRIDAY_NIGHT)
    assert Kitchen.objects.get(pk=locked_kitchen.pk).version == 2
    assert Ticket.objects.get(ref=ref).state == TicketState.GONE


def test_locking_for_a_ticket_returns_the_kitchen_of_that_ticket(locked_kitchen):
    [first, _second] = in_queue(locked_kitchen, TicketState.WAITING, TicketState.COOKING)
    in_queue(KitchenFactory(), TicketState.WAITING)

    assert kitchen_services.lock_for_ticket(first.ref) == locked_kitchen


def test_locking_for_an_unknown_ticket_is_refused_as_a_ticket_that_is_not_found(locked_kitchen):
    with pytest.raises(TicketNotFound):
        kitchen_services.lock_for_ticket(uuid4())


def test_the_database_refuses_a_second_ticket_for_the_same_order(locked_kitchen):
    ref = uuid7()
    book(locked_kitchen, ref)

    with pytest.raises(IntegrityError, match="ref"), transaction.atomic():
        book(locked_kitchen, ref)


@pytest.mark.parametrize(
    "impossible",
    [{"state": "lost"}, {"state": TicketState.COOKING, "started_at": None}],
    ids=["a state nobody knows", "cooking, but never begun"],
)
def test_the_database_refuses_a_ticket_of_unknown_state_or_cooking_without_a_start_time(locked_kitchen, impossible):
    written = ticket(locked_kitchen)
    for field, value in impossible.items():
        setattr(written, field, value)

    with pytest.raises(IntegrityError, match="ticket_"), transaction.atomic():
        written.save()


def test_the_queue_is_ordered_by_due_time_without_ready_gone_or_withdrawn_tickets(locked_kitchen):
    late, soon = in_queue(locked_kitchen, TicketState.WAITING, TicketState.HELD)
    Ticket.objects.filter(pk=late.pk).update(due_at=FRIDAY_NIGHT + 60 * MINUTE)
    in_queue(locked_kitchen, TicketState.READY, TicketState.GONE, TicketState.WITHDRAWN)

    assert list(locked_kitchen.tickets.in_queue()) == [soon, late]
