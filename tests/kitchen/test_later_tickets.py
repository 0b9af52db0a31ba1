"""Tickets for later: booking, the load, joining the queue, and starting early."""

from datetime import timedelta

import pytest

from kitchen import capacity, promises, tasks
from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen import signals as kitchen_signals
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.services import joining
from kitchen.slots import SlotFull
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from tests.factories import KitchenFactory
from tests.kitchen.tickets import MARGHERITA, MINUTE, in_queue
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
AT_EIGHT = FRIDAY_NIGHT + HOUR


@pytest.fixture
def locked_kitchen():
    """Lock a kitchen that takes orders for later, and return it."""
    kitchen = KitchenFactory(max_concurrent_orders=3, oven_slots=2, max_slot_pizzas=4)
    return Kitchen.objects.for_update().get(pk=kitchen.pk)


def book(kitchen, *, pizzas=1, wanted_at=AT_EIGHT, at=FRIDAY_NIGHT, **more):
    """Book a ticket; return it, and its booking."""
    content = kitchen_services.TicketContent(
        method=FulfillmentMethod.PICKUP, items=[MARGHERITA], pizza_minutes=[8] * pizzas
    )
    ref = uuid7()
    booking = kitchen_services.book_ticket(
        kitchen=kitchen, ref=ref, content=content, wanted_at=wanted_at, at=at, **more
    )
    return Ticket.objects.get(ref=ref), booking


def test_a_ticket_for_later_is_scheduled_and_promised_for_the_wanted_time(locked_kitchen):
    ticket, booking = book(locked_kitchen, pizzas=2)

    assert (ticket.state, ticket.due_at) == (TicketState.SCHEDULED, AT_EIGHT - 2 * MINUTE)
    assert ticket.slot_at == AT_EIGHT - 15 * MINUTE
    assert ticket.wanted_at == AT_EIGHT
    assert ticket.joins_queue_at == ticket.due_at - 20 * MINUTE  # ten in the oven, and ten to lead
    assert booking.promise.ready_from == AT_EIGHT
    assert booking.promise.ready_until == AT_EIGHT + 10 * MINUTE
    assert booking.business_date == clock.business_date(FRIDAY_NIGHT)


def test_a_ticket_whose_time_to_join_has_come_already_waits_at_once(locked_kitchen):
    ticket, _booking = book(locked_kitchen, wanted_at=FRIDAY_NIGHT + 15 * MINUTE)

    assert (ticket.state, ticket.due_at) == (TicketState.WAITING, FRIDAY_NIGHT + 13 * MINUTE)


def test_the_last_pizzas_of_a_slot_are_booked_once_and_free_again_when_a_ticket_is_withdrawn(locked_kitchen):
    first, _booking = book(locked_kitchen, pizzas=3)

    with pytest.raises(SlotFull):
        book(locked_kitchen, pizzas=2)
    book(locked_kitchen, pizzas=1)
    with pytest.raises(SlotFull):
        book(locked_kitchen, pizzas=1)

    kitchen_services.withdraw_ticket(kitchen=locked_kitchen, ref=first.ref, by=SYSTEM, at=FRIDAY_NIGHT)
    book(locked_kitchen, pizzas=3)
    with pytest.raises(SlotFull):
        book(locked_kitchen, pizzas=1)


@pytest.mark.parametrize("is_held", [False, True], ids=["scheduled", "being paid"])
def test_a_ticket_for_later_takes_pizzas_of_its_slot_and_is_no_load(locked_kitchen, is_held):
    in_queue(locked_kitchen, *[TicketState.WAITING] * 3)  # the kitchen is full

    ticket, _booking = book(locked_kitchen, pizzas=4, is_held=is_held)

    assert ticket.state == (TicketState.HELD if is_held else TicketState.SCHEDULED)
    assert capacity.load_of(Ticket.objects.in_queue()).orders == 3
    assert kitchen_selectors.kitchen_load(locked_kitchen, at=FRIDAY_NIGHT).load.orders == 3
    with pytest.raises(SlotFull):
        book(locked_kitchen)


def test_a_paid_ticket_is_scheduled_or_waits_if_its_time_has_come(locked_kitchen):
    early, _booking = book(locked_kitchen, is_held=True)
    late, _booking = book(locked_kitchen, is_held=True)

    promise = kitchen_services.release_hold(kitchen=locked_kitchen, ref=early.ref, by=SYSTEM, at=FRIDAY_NIGHT)
    kitchen_services.release_hold(kitchen=locked_kitchen, ref=late.ref, by=SYSTEM, at=AT_EIGHT - 20 * MINUTE)

    assert promise.ready_from == AT_EIGHT
    assert list(Ticket.objects.order_by("id").values_list("state", flat=True)) == ["scheduled", "waiting"]


def test_a_ticket_joins_the_queue_in_time_also_if_it_is_full_and_the_board_changes(locked_kitchen):
    ticket, _booking = book(locked_kitchen)
    in_queue(locked_kitchen, *[TicketState.WAITING] * 3)
    locked_kitchen.refresh_from_db()
    version = locked_kitchen.version

    kitchen_services.join_queue(kitchen=locked_kitchen, by=SYSTEM, at=ticket.joins_queue_at - MINUTE)
    ticket.refresh_from_db()
    assert (ticket.state, Kitchen.objects.get().version) == (TicketState.SCHEDULED, version)

    kitchen_services.join_queue(kitchen=locked_kitchen, by=SYSTEM, at=ticket.joins_queue_at)
    seq = ticket.seq
    ticket.refresh_from_db()
    assert (ticket.state, ticket.seq) == (TicketState.WAITING, seq + 1)
    assert Kitchen.objects.get().version == version + 1
    assert kitchen_selectors.kitchen_load(locked_kitchen, at=ticket.joins_queue_at).load.orders == 4

    kitchen_services.join_queue(kitchen=locked_kitchen, by=SYSTEM, at=ticket.joins_queue_at)
    assert Kitchen.objects.get().version == version + 1


@pytest.mark.django_db(transaction=True)
def test_the_periodic_task_lets_due_tickets_join_and_locks_no_kitchen_without_any():
    now = clock.now()
    kitchen = KitchenFactory(max_slot_pizzas=4)
    in_queue(kitchen, TicketState.SCHEDULED, at=now, joins_queue_at=now - MINUTE)
    [far] = in_queue(kitchen, TicketState.SCHEDULED, at=now, joins_queue_at=now + HOUR)

    tasks.join_due_tickets()

    assert Ticket.objects.filter(state=TicketState.WAITING).count() == 1
    far.refresh_from_db()
    assert far.state == TicketState.SCHEDULED
    version = Kitchen.objects.get().version
    tasks.join_due_tickets()
    assert Kitchen.objects.get().version == version


def test_a_ticket_that_is_due_to_join_counts_when_the_next_one_is_booked(locked_kitchen):
    ticket, _booking = book(locked_kitchen)
    in_queue(locked_kitchen, *[TicketState.WAITING] * 2)

    with pytest.raises(capacity.KitchenFull):
        book(locked_kitchen, wanted_at=None, at=ticket.joins_queue_at)


def test_the_board_shows_a_ticket_that_is_due_to_join_before_the_task_has_moved_it(locked_kitchen):
    ticket, _booking = book(locked_kitchen)

    def waiting(at):
        return [each.ref for each in kitchen_selectors.board(locked_kitchen, at=at).waiting]

    assert waiting(ticket.joins_queue_at - MINUTE) == []
    assert waiting(ticket.joins_queue_at) == [ticket.ref]


def test_an_order_for_now_is_not_queued_behind_a_ticket_for_later_that_waits_already(locked_kitchen):
    later, _booking = book(locked_kitchen, at=AT_EIGHT - 30 * MINUTE)
    joining.join_due_tickets(locked_kitchen, by=SYSTEM, at=AT_EIGHT - 20 * MINUTE)

    now, _booking = book(locked_kitchen, wanted_at=None, at=AT_EIGHT - 20 * MINUTE)

    assert now.due_at < later.due_at


def test_a_ticket_that_is_booked_passes_one_on_hold_whose_promise_is_compared(locked_kitchen):
    Kitchen.objects.update(oven_slots=1)
    locked_kitchen.refresh_from_db()
    [on_hold] = in_queue(locked_kitchen, TicketState.WAITING, on_hold_since=FRIDAY_NIGHT)
    promised = {}

    def listen(*, promises, **_arguments):
        promised.update({ref: promise.ready_from for ref, promise in promises.items()})

    kitchen_signals.promises_changed.connect(listen)
    try:
        ticket, booking = book(locked_kitchen, wanted_at=None)
    finally:
        kitchen_signals.promises_changed.disconnect(listen)

    assert booking.promise.ready_from == FRIDAY_NIGHT + 10 * MINUTE
    assert promised == {ticket.ref: FRIDAY_NIGHT + 10 * MINUTE, on_hold.ref: FRIDAY_NIGHT + 18 * MINUTE}


def test_tickets_on_hold_are_told_from_the_others_without_a_query_for_each(kitchen, django_assert_num_queries):
    in_queue(kitchen, *[TicketState.WAITING] * 3)

    with django_assert_num_queries(1):
        promises.ready_times(kitchen.tickets.in_queue(), oven_slots=1, at=FRIDAY_NIGHT)
