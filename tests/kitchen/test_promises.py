"""Promise times: when a ticket comes out of the kitchen, and when the customer gets the order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import promises
from kitchen.models import FulfillmentMethod, TicketState
from pizzeria.foundation.shop.selectors import initial_shop
from tests.kitchen.tickets import MINUTE, ticket
from tests.shop import FRIDAY_NIGHT

COOKING, HELD, SCHEDULED, WAITING = TicketState.COOKING, TicketState.HELD, TicketState.SCHEDULED, TicketState.WAITING
SECOND = timedelta(seconds=1)
SHOP = initial_shop()


def out_in(tickets, *, minutes=8, oven_slots=5):
    """Return in how many minutes one more ticket comes out."""
    return (
        promises.ready_time(tickets, minutes=minutes, oven_slots=oven_slots, at=FRIDAY_NIGHT) - FRIDAY_NIGHT
    ) / MINUTE


@pytest.mark.parametrize(
    ("pizzas", "minutes"),
    [([8], 8), ([8, 8], 10), ([8, 12, 9], 16), ([12, 9, 8], 16), ([1] * 20, 39), ([], 2)],
    ids=["one", "two", "three", "the longest first", "twenty", "drinks only"],
)
def test_a_ticket_takes_the_minutes_of_its_longest_pizza_and_a_few_for_each_further_pizza(pizzas, minutes):
    assert promises.ticket_minutes(pizzas, shop=SHOP) == minutes


def test_the_minutes_for_each_further_pizza_are_a_setting():
    assert promises.ticket_minutes([8, 8], shop=replace(SHOP, further_pizza_minutes=5)) == 13


def test_a_ticket_starts_at_once_in_an_empty_kitchen():
    assert out_in([]) == 8


def test_a_ticket_starts_at_once_beside_others_while_an_oven_slot_is_free():
    assert out_in([ticket(minutes=20)] * 4, oven_slots=5) == 8


def test_a_ticket_waits_for_the_first_oven_slot_that_is_free():
    assert out_in([ticket(minutes=5), ticket(minutes=9)], oven_slots=2) == 5 + 8


def test_queued_tickets_are_assigned_to_the_oven_slots_in_their_order():
    in_line = [ticket(minutes=10), ticket(minutes=4), ticket(minutes=4), ticket(minutes=4)]

    # One slot is free at 10, the other at 4, 8 and 12: the next ticket begins at 10.
    assert out_in(in_line, oven_slots=2) == 10 + 8


def test_a_cooking_ticket_counts_from_when_it_was_started():
    assert out_in([ticket(state=COOKING, minutes=8, started=6)], oven_slots=1) == 2 + 8


def test_an_overdue_cooking_ticket_is_expected_in_a_minute():
    assert out_in([ticket(state=COOKING, minutes=8, started=30)], oven_slots=1) == 1 + 8


@pytest.mark.parametrize("state", [HELD, SCHEDULED, WAITING])
def test_held_waiting_and_soon_due_scheduled_tickets_take_an_oven_slot_before_a_later_ticket(state):
    assert out_in([ticket(state=state, minutes=8)], oven_slots=1) == 16


def test_a_ticket_waits_until_fewer_tickets_are_cooking_than_there_are_oven_slots():
    """Oven slots were reduced while three tickets cook: three have to come out for one slot, two for two slots."""
    cooking = [ticket(state=COOKING, minutes=minutes) for minutes in (3, 5, 9)]

    assert out_in(cooking, oven_slots=1) == 9 + 8
    assert out_in(cooking, oven_slots=2) == 5 + 8


def test_a_promise_is_in_whole_minutes_and_ten_minutes_wide():
    promised = promises.promise(FRIDAY_NIGHT + 30 * SECOND, method=FulfillmentMethod.PICKUP, shop=SHOP)

    assert promised.ready_from == FRIDAY_NIGHT + 3 * MINUTE
    assert promised.ready_until - promised.ready_from == 10 * MINUTE


def test_a_promise_is_not_rounded_up_when_the_ticket_comes_out_on_a_whole_minute():
    assert (
        promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.PICKUP, shop=SHOP).ready_from
        == FRIDAY_NIGHT + 2 * MINUTE
    )


def test_a_delivery_is_promised_later_than_a_pickup_by_the_driving_time():
    pickup = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.PICKUP, shop=SHOP)
    delivery = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.DELIVERY, shop=SHOP)

    assert delivery.ready_from - pickup.ready_from == 20 * MINUTE


def test_handover_time_driving_time_and_the_width_of_a_promise_are_settings():
    shop = replace(SHOP, handing_over_minutes=4, driving_minutes=30, promise_window_minutes=15)

    promised = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.DELIVERY, shop=shop)

    assert promised.ready_from == FRIDAY_NIGHT + 34 * MINUTE
    assert promised.ready_until == FRIDAY_NIGHT + 49 * MINUTE


@pytest.mark.parametrize(
    ("later", "minutes"),
    [(MINUTE, 1), (MINUTE + SECOND, 2), (10 * MINUTE, 10), (SECOND, 1), (0 * SECOND, 1), (-5 * MINUTE, 1)],
    ids=str,
)
def test_the_minutes_until_a_moment_are_rounded_up_and_at_least_one(later, minutes):
    assert promises.minutes_until(FRIDAY_NIGHT + later, FRIDAY_NIGHT) == minutes


def test_the_next_free_place_is_expected_when_the_first_cooking_ticket_comes_out():
    cooking = [ticket(state=COOKING, minutes=8, started=started) for started in (1, 5, 3)]

    assert promises.next_ready_time([ticket(minutes=1), *cooking], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + 3 * MINUTE


def test_with_an_empty_oven_the_next_place_is_free_after_the_shortest_waiting_ticket_or_a_minute():
    assert (
        promises.next_ready_time([ticket(minutes=9), ticket(minutes=7)], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + 7 * MINUTE
    )
    assert promises.next_ready_time([ticket(state=HELD)], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + MINUTE


def later(due, *, minutes=8, state=SCHEDULED, **fields):
    """Return a ticket for later that is due in some minutes."""
    due_at = FRIDAY_NIGHT + due * MINUTE
    return ticket(state=state, minutes=minutes, due_at=due_at, slot_at=due_at, joins_queue_at=due_at, **fields)


@pytest.mark.parametrize("state", [SCHEDULED, HELD])
def test_a_ticket_for_later_delays_no_ticket_that_is_out_before_it_is_started(state):
    assert out_in([later(16, state=state)], oven_slots=1) == 8
    assert out_in([later(15, state=state)], oven_slots=1) == 15 + 8


def test_a_ticket_for_later_delays_no_ticket_while_another_slot_is_free():
    assert out_in([later(10)], oven_slots=2) == 8
    assert out_in([later(10), later(11)], oven_slots=2) == 10 + 8


def test_a_ticket_for_later_takes_the_slot_that_is_free_last_before_its_start():
    cooking = ticket(state=COOKING, minutes=10, started=0)

    # It is started in the slot that is free in ten minutes; the other one is free at once.
    assert out_in([cooking, later(18)], oven_slots=2, minutes=12) == 12


def test_a_second_ticket_for_later_counts_if_the_first_delays_the_new_one_into_its_time():
    assert out_in([later(15), later(30)], oven_slots=1) == 30 + 8


def test_tickets_for_later_come_out_when_they_are_due_or_as_soon_as_a_slot_is_free():
    first, second = later(30), later(31)

    times = promises.ready_times([second, first], oven_slots=1, at=FRIDAY_NIGHT)

    assert times == {first.ref: FRIDAY_NIGHT + 30 * MINUTE, second.ref: FRIDAY_NIGHT + 38 * MINUTE}


def test_a_waiting_ticket_that_is_due_first_is_laid_before_a_ticket_for_later_and_one_that_is_due_after_it_behind():
    soon, late = ticket(due_at=FRIDAY_NIGHT + 5 * MINUTE), ticket(due_at=FRIDAY_NIGHT + 20 * MINUTE)
    scheduled = later(12)

    times = promises.ready_times([soon, scheduled, late], oven_slots=1, at=FRIDAY_NIGHT)

    assert [(times[each.ref] - FRIDAY_NIGHT) / MINUTE for each in (soon, scheduled, late)] == [8, 16, 24]


def test_a_waiting_ticket_is_laid_before_a_ticket_for_later_that_is_started_after_it_is_out():
    waiting, scheduled = ticket(due_at=FRIDAY_NIGHT + 60 * MINUTE), later(30)

    times = promises.ready_times([scheduled, waiting], oven_slots=1, at=FRIDAY_NIGHT)

    assert [(times[each.ref] - FRIDAY_NIGHT) / MINUTE for each in (waiting, scheduled)] == [8, 30]


def test_tickets_on_hold_come_after_the_others_and_after_one_more():
    on_hold, waiting = ticket(on_hold_since=FRIDAY_NIGHT), ticket()

    times = promises.ready_times([on_hold, waiting], oven_slots=1, at=FRIDAY_NIGHT)

    assert [(times[each.ref] - FRIDAY_NIGHT) / MINUTE for each in (waiting, on_hold)] == [8, 16]
    assert out_in([on_hold], oven_slots=1) == 8


TICKETS = st.builds(
    ticket,
    state=st.sampled_from([COOKING, HELD, SCHEDULED, WAITING]),
    minutes=st.integers(1, 60),
    started=st.integers(0, 90),
)
LINES = st.lists(TICKETS, max_size=25)


@given(LINES, st.integers(1, 10), st.integers(1, 60))
def test_one_more_oven_slot_never_makes_a_ticket_later(tickets, oven_slots, minutes):
    assert out_in(tickets, oven_slots=oven_slots + 1, minutes=minutes) <= out_in(
        tickets, oven_slots=oven_slots, minutes=minutes
    )


@given(LINES, LINES, TICKETS, st.integers(1, 10))
def test_one_more_ticket_in_the_queue_never_makes_a_ticket_earlier(before, after, one_more, oven_slots):
    assert out_in([*before, one_more, *after], oven_slots=oven_slots) >= out_in(
        [*before, *after], oven_slots=oven_slots
    )


LATER = st.builds(later, st.integers(0, 200), minutes=st.integers(1, 60), state=st.sampled_from([SCHEDULED, HELD]))
IN_SEQUENCE = st.lists(TICKETS | LATER, max_size=25).map(
    lambda tickets: sorted(tickets, key=lambda each: (not each.is_priority, each.due_at))
)


@given(IN_SEQUENCE, LATER, st.integers(1, 10), st.integers(1, 60))
def test_one_more_ticket_for_later_never_makes_a_ticket_earlier(tickets, scheduled, oven_slots, minutes):
    assert out_in([*tickets, scheduled], oven_slots=oven_slots, minutes=minutes) >= out_in(
        tickets, oven_slots=oven_slots, minutes=minutes
    )


@given(IN_SEQUENCE, st.integers(1, 60), st.integers(1, 10), st.integers(1, 60))
def test_a_ticket_for_later_that_is_started_once_a_new_one_is_out_changes_nothing(tickets, longer, oven_slots, minutes):
    alone = out_in(tickets, oven_slots=oven_slots, minutes=minutes)

    far = later(alone + longer, minutes=longer)

    assert out_in([*tickets, far], oven_slots=oven_slots, minutes=minutes) == alone


@given(IN_SEQUENCE, st.integers(1, 10))
def test_each_ticket_comes_out_and_none_for_later_before_it_is_due(tickets, oven_slots):
    times = promises.ready_times(tickets, oven_slots=oven_slots, at=FRIDAY_NIGHT)

    assert times.keys() == {each.ref for each in tickets}
    assert all(times[each.ref] >= each.due_at for each in tickets if each.is_for_later)


@given(LINES, st.integers(1, 10), st.integers(1, 60))
def test_a_ticket_never_comes_out_sooner_than_it_takes(tickets, oven_slots, minutes):
    assert out_in(tickets, oven_slots=oven_slots, minutes=minutes) >= minutes


@given(st.lists(st.integers(1, 60), max_size=25), st.integers(1, 10))
def test_no_oven_slot_stays_free_while_a_ticket_waits(minutes, oven_slots):
    """The next ticket starts no later than all minutes in the queue divided by the number of oven slots."""
    starts_in = out_in([ticket(minutes=each) for each in minutes], oven_slots=oven_slots, minutes=0)

    assert starts_in <= sum(minutes) / oven_slots


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(FulfillmentMethod),
)
def test_a_promise_is_a_whole_minute_and_not_earlier_than_the_order_can_be_handed_over(moment, method):
    promised = promises.promise(moment, method=method, shop=SHOP)

    assert (promised.ready_from.second, promised.ready_from.microsecond) == (0, 0)
    assert 2 * MINUTE <= promised.ready_from - moment < 23 * MINUTE
