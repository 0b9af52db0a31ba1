"""Promise times: when a ticket comes out, and when that puts it into somebody's hands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import promises
from kitchen.models import FulfillmentMethod, TicketState
from tests.kitchen.tickets import MINUTE, ticket
from tests.shop import FRIDAY_NIGHT

COOKING, HELD, SCHEDULED, WAITING = TicketState.COOKING, TicketState.HELD, TicketState.SCHEDULED, TicketState.WAITING
SECOND = timedelta(seconds=1)


def out_in(tickets, *, minutes=8, oven_slots=5):
    """Tell in how many minutes one more ticket comes out."""
    return (
        promises.out_of_the_kitchen(tickets, minutes=minutes, oven_slots=oven_slots, at=FRIDAY_NIGHT) - FRIDAY_NIGHT
    ) / MINUTE


@pytest.mark.parametrize(
    ("pizzas", "minutes"),
    [([8], 8), ([8, 8], 10), ([8, 12, 9], 16), ([12, 9, 8], 16), ([1] * 20, 39), ([], 2)],
    ids=["one", "two", "three", "the longest first", "twenty", "drinks only"],
)
def test_give_a_ticket_its_longest_pizza_and_a_little_for_each_further_one(pizzas, minutes):
    assert promises.ticket_minutes(pizzas) == minutes


def test_give_as_much_for_a_further_pizza_as_this_shop_takes(settings):
    settings.SHOP_FURTHER_PIZZA_MINUTES = 5

    assert promises.ticket_minutes([8, 8]) == 13


def test_let_a_ticket_into_an_empty_kitchen_at_once():
    assert out_in([]) == 8


def test_let_a_ticket_beside_others_while_there_is_a_place():
    assert out_in([ticket(minutes=20)] * 4, oven_slots=5) == 8


def test_let_a_ticket_wait_for_the_first_place_that_is_free():
    assert out_in([ticket(minutes=5), ticket(minutes=9)], oven_slots=2) == 5 + 8


def test_lay_those_in_the_line_over_the_places_in_their_order():
    in_line = [ticket(minutes=10), ticket(minutes=4), ticket(minutes=4), ticket(minutes=4)]

    # One place: 10. The other: 4, 8, 12. So the next begins at 10.
    assert out_in(in_line, oven_slots=2) == 10 + 8


def test_count_what_is_in_the_oven_from_when_it_went_in():
    assert out_in([ticket(state=COOKING, minutes=8, started=6)], oven_slots=1) == 2 + 8


def test_expect_what_is_overdue_in_a_minute():
    assert out_in([ticket(state=COOKING, minutes=8, started=30)], oven_slots=1) == 1 + 8


@pytest.mark.parametrize("state", [HELD, SCHEDULED, WAITING])
def test_count_everybody_who_will_want_the_oven(state):
    assert out_in([ticket(state=state, minutes=8)], oven_slots=1) == 16


def test_wait_for_more_to_come_out_when_there_are_fewer_places_than_tickets_cooking():
    """Somebody closed two of three ovens: two have to come out before the next goes in."""
    cooking = [ticket(state=COOKING, minutes=minutes) for minutes in (3, 5, 9)]

    assert out_in(cooking, oven_slots=1) == 9 + 8
    assert out_in(cooking, oven_slots=2) == 5 + 8


def test_promise_whole_minutes_ten_of_them_wide():
    promised = promises.promise(FRIDAY_NIGHT + 30 * SECOND, method=FulfillmentMethod.PICKUP)

    assert promised.ready_from == FRIDAY_NIGHT + 3 * MINUTE
    assert promised.ready_until - promised.ready_from == 10 * MINUTE


def test_promise_the_whole_minute_itself_when_it_comes_out_on_it():
    assert promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.PICKUP).ready_from == FRIDAY_NIGHT + 2 * MINUTE


def test_leave_time_to_drive():
    at_the_counter = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.PICKUP)
    at_the_door = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.DELIVERY)

    assert at_the_door.ready_from - at_the_counter.ready_from == 20 * MINUTE


def test_leave_the_time_that_this_shop_needs(settings):
    settings.SHOP_HANDING_OVER_MINUTES, settings.SHOP_DRIVING_MINUTES, settings.SHOP_PROMISE_MINUTES_WIDE = 4, 30, 15

    promised = promises.promise(FRIDAY_NIGHT, method=FulfillmentMethod.DELIVERY)

    assert promised.ready_from == FRIDAY_NIGHT + 34 * MINUTE
    assert promised.ready_until == FRIDAY_NIGHT + 49 * MINUTE


@pytest.mark.parametrize(
    ("later", "minutes"),
    [(MINUTE, 1), (MINUTE + SECOND, 2), (10 * MINUTE, 10), (SECOND, 1), (0 * SECOND, 1), (-5 * MINUTE, 1)],
    ids=str,
)
def test_are_told_in_minutes_rounded_up_and_never_none(later, minutes):
    assert promises.minutes_until(FRIDAY_NIGHT + later, FRIDAY_NIGHT) == minutes


def test_expect_the_next_free_place_when_the_first_of_the_oven_comes_out():
    cooking = [ticket(state=COOKING, minutes=8, started=started) for started in (1, 5, 3)]

    assert promises.next_out([ticket(minutes=1), *cooking], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + 3 * MINUTE


def test_expect_the_next_free_place_after_the_quickest_that_waits_when_the_oven_is_empty():
    assert promises.next_out([ticket(minutes=9), ticket(minutes=7)], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + 7 * MINUTE
    assert promises.next_out([ticket(state=HELD)], at=FRIDAY_NIGHT) == FRIDAY_NIGHT + MINUTE


TICKETS = st.builds(
    ticket,
    state=st.sampled_from([COOKING, HELD, SCHEDULED, WAITING]),
    minutes=st.integers(1, 60),
    started=st.integers(0, 90),
)
LINES = st.lists(TICKETS, max_size=25)


@given(LINES, st.integers(1, 10), st.integers(1, 60))
def test_are_never_later_with_one_more_place(tickets, oven_slots, minutes):
    assert out_in(tickets, oven_slots=oven_slots + 1, minutes=minutes) <= out_in(
        tickets, oven_slots=oven_slots, minutes=minutes
    )


@given(LINES, LINES, TICKETS, st.integers(1, 10))
def test_are_never_earlier_with_one_more_ticket(before, after, one_more, oven_slots):
    assert out_in([*before, one_more, *after], oven_slots=oven_slots) >= out_in(
        [*before, *after], oven_slots=oven_slots
    )


@given(LINES, st.integers(1, 10), st.integers(1, 60))
def test_are_never_sooner_than_the_ticket_takes(tickets, oven_slots, minutes):
    assert out_in(tickets, oven_slots=oven_slots, minutes=minutes) >= minutes


@given(st.lists(st.integers(1, 60), max_size=25), st.integers(1, 10))
def test_never_leave_a_place_empty_while_somebody_waits(minutes, oven_slots):
    """No ticket starts later than the average place is free."""
    starts_in = out_in([ticket(minutes=each) for each in minutes], oven_slots=oven_slots, minutes=0)

    assert starts_in <= sum(minutes) / oven_slots


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(FulfillmentMethod),
)
def test_are_kept_to_the_minute_and_never_promised_too_early(moment, method):
    promised = promises.promise(moment, method=method)

    assert (promised.ready_from.second, promised.ready_from.microsecond) == (0, 0)
    assert 2 * MINUTE <= promised.ready_from - moment < 23 * MINUTE
