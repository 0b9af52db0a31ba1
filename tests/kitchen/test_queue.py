"""Steps on the line, within a command that holds the kitchen's lock."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from kitchen import services as kitchen_services
from kitchen.capacity import KitchenFull
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from tests.factories import KitchenFactory
from tests.kitchen.tickets import MARGHERITA, MINUTE, in_queue, ticket
from tests.shop import FRIDAY_NIGHT

SLIP = kitchen_services.Slip(
    method=FulfillmentMethod.PICKUP, items=[MARGHERITA], pizza_minutes=[8, 9], notes="By the window", allergies="Nuts"
)


@pytest.fixture
def locked_kitchen(db):
    """The locked kitchen."""
    return kitchen_services.lock(KitchenFactory(max_concurrent_orders=3, oven_slots=2).pk)


def book(locked_kitchen, ref=None, slip=SLIP):
    return kitchen_services.book_ticket(kitchen=locked_kitchen, ref=ref or uuid7(), slip=slip, at=FRIDAY_NIGHT)


def test_books_a_ticket_that_says_all_the_cook_has_to_know(locked_kitchen):
    ref = uuid7()

    book(locked_kitchen, ref)

    booked = Ticket.objects.get(ref=ref)
    assert (booked.label, booked.method, booked.items) == ("#1", "pickup", [MARGHERITA])
    assert (booked.notes, booked.allergies) == ("By the window", "Nuts")
    assert (booked.state, booked.state_changed_at, booked.started_at) == (TicketState.WAITING, FRIDAY_NIGHT, None)


def test_books_a_ticket_due_when_it_comes_out_and_promises_it_a_little_later(locked_kitchen):
    ref = uuid7()

    promised = book(locked_kitchen, ref)

    booked = Ticket.objects.get(ref=ref)
    assert (booked.minutes, booked.due_at) == (11, FRIDAY_NIGHT + 11 * MINUTE)
    assert promised.promise.ready_from == booked.due_at + 2 * MINUTE


def test_promises_the_next_guest_what_is_true_behind_the_ones_before(locked_kitchen):
    in_queue(locked_kitchen, TicketState.WAITING, TicketState.WAITING, minutes=8)

    assert book(locked_kitchen).promise.ready_from == FRIDAY_NIGHT + (8 + 11 + 2) * MINUTE


def test_lets_no_short_ticket_go_before_a_long_one_that_was_there_first(locked_kitchen):
    Kitchen.objects.update(max_concurrent_orders=9)
    locked_kitchen.refresh_from_db()
    cooking, long, short = uuid7(), uuid7(), uuid7()
    book(locked_kitchen, cooking, replace(SLIP, pizza_minutes=[14]))
    Ticket.objects.update(state=TicketState.COOKING, started_at=FRIDAY_NIGHT)
    book(locked_kitchen, long, replace(SLIP, pizza_minutes=[8] * 12))

    promised = book(locked_kitchen, short, replace(SLIP, pizza_minutes=[8]))

    assert [ticket.ref for ticket in Ticket.objects.in_queue() if ticket.state == TicketState.WAITING] == [
        long,
        short,
    ]
    assert promised.promise.ready_from == FRIDAY_NIGHT + (14 + 8 + 2) * MINUTE


def test_promises_somebody_at_home_the_time_to_drive(locked_kitchen):
    slip = kitchen_services.Slip(method=FulfillmentMethod.DELIVERY, items=[MARGHERITA], pizza_minutes=[8])

    assert book(locked_kitchen, slip=slip).promise.ready_from == FRIDAY_NIGHT + (8 + 2 + 20) * MINUTE


def test_takes_orders_until_it_is_full(locked_kitchen):
    in_queue(locked_kitchen, TicketState.HELD, TicketState.COOKING)
    book(locked_kitchen)

    with pytest.raises(KitchenFull):
        book(locked_kitchen)

    assert Ticket.objects.count() == 3


def test_has_room_again_when_something_is_ready(locked_kitchen):
    tickets = in_queue(locked_kitchen, TicketState.WAITING, TicketState.WAITING, TicketState.COOKING)

    Ticket.objects.filter(pk=tickets[2].pk).update(state=TicketState.READY)

    book(locked_kitchen)


def test_minds_its_own_tickets_only(locked_kitchen):
    in_queue(KitchenFactory(), *[TicketState.WAITING] * 9)

    assert book(locked_kitchen).promise.ready_from == FRIDAY_NIGHT + (11 + 2) * MINUTE


def test_notices_on_its_board_what_is_booked_and_what_is_handed_over(locked_kitchen):
    ref = uuid7()

    book(locked_kitchen, ref)
    assert Kitchen.objects.get(pk=locked_kitchen.pk).version == 1

    Ticket.objects.update(state=TicketState.READY)
    kitchen_services.hand_over_ticket(kitchen=locked_kitchen, ref=ref, by=SYSTEM, at=FRIDAY_NIGHT)
    assert Kitchen.objects.get(pk=locked_kitchen.pk).version == 2
    assert Ticket.objects.get(ref=ref).state == TicketState.GONE


def test_is_found_by_a_ticket(locked_kitchen):
    [first, _second] = in_queue(locked_kitchen, TicketState.WAITING, TicketState.COOKING)
    in_queue(KitchenFactory(), TicketState.WAITING)

    assert kitchen_services.lock_for_ticket(first.ref) == locked_kitchen


def test_is_not_found_by_a_ticket_nobody_wrote(locked_kitchen):
    with pytest.raises(Kitchen.DoesNotExist):
        kitchen_services.lock_for_ticket(uuid4())


def test_has_one_ticket_for_an_order(locked_kitchen):
    ref = uuid7()
    book(locked_kitchen, ref)

    with pytest.raises(IntegrityError, match="ref"), transaction.atomic():
        book(locked_kitchen, ref)


@pytest.mark.parametrize(
    "impossible",
    [{"state": "lost"}, {"state": TicketState.COOKING, "started_at": None}],
    ids=["a state nobody knows", "cooking, but never begun"],
)
def test_cannot_hold_a_ticket_that_cannot_be(locked_kitchen, impossible):
    written = ticket(locked_kitchen)
    for field, value in impossible.items():
        setattr(written, field, value)

    with pytest.raises(IntegrityError, match="ticket_"), transaction.atomic():
        written.save()


def test_serves_those_first_who_are_due_first(locked_kitchen):
    late, soon = in_queue(locked_kitchen, TicketState.WAITING, TicketState.HELD)
    Ticket.objects.filter(pk=late.pk).update(due_at=FRIDAY_NIGHT + 60 * MINUTE)
    in_queue(locked_kitchen, TicketState.READY, TicketState.GONE, TicketState.WITHDRAWN)

    assert list(locked_kitchen.tickets.in_queue()) == [soon, late]
