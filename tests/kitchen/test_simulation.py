"""The simulation of an evening: the kitchen's own rules, under other settings."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen.models import FulfillmentMethod
from kitchen.simulation import Arrival, OutcomeKind, SimulationSettings, simulate
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.shop.selectors import initial_shop
from tests.kitchen.tickets import MINUTE
from tests.length import IS_LONG
from tests.shop import FRIDAY_NIGHT

SHOP = initial_shop()
PICKUP, DELIVERY = FulfillmentMethod.PICKUP, FulfillmentMethod.DELIVERY


def arrival(minute=0, *, pizzas=(8,), method=PICKUP, paid_after=0, **fields):
    """Return an order that comes in some minutes after eight; `paid_after` is None if it is never paid."""
    at = FRIDAY_NIGHT + minute * MINUTE
    released_at = None if paid_after is None else at + paid_after * MINUTE
    return Arrival(uuid7(), at, method, tuple(pizzas), fields.pop("driving", None), released_at, **fields)


def play(*arrivals, slots=1, orders=20, pizzas=None, cooks=1, per_cook=9):
    """Simulate; return the outcomes in the order in which the orders came in."""
    wanted = SimulationSettings(slots, orders, pizzas, cooks, per_cook)
    outcomes = {outcome.arrival.ref: outcome for outcome in simulate(arrivals, settings=wanted, shop=SHOP)}
    return [outcomes[each.ref] for each in arrivals]


def minute_of(moment):
    return (moment - FRIDAY_NIGHT) / MINUTE


def test_orders_are_cooked_one_after_the_other_in_one_oven_slot():
    outcomes = play(arrival(0), arrival(1), arrival(2))

    assert [minute_of(outcome.started_at) for outcome in outcomes] == [0, 8, 16]
    assert [minute_of(outcome.ready_at) for outcome in outcomes] == [8, 16, 24]


def test_one_more_oven_slot_lets_two_orders_cook_at_once():
    outcomes = play(arrival(0), arrival(1), arrival(2), slots=2)

    assert [minute_of(outcome.started_at) for outcome in outcomes] == [0, 1, 8]


def test_cooks_who_can_tend_fewer_tickets_than_there_are_oven_slots_limit_what_cooks_at_once():
    outcomes = play(arrival(0), arrival(0), arrival(0), slots=3, cooks=1, per_cook=2)

    assert sorted(minute_of(outcome.started_at) for outcome in outcomes) == [0, 0, 8]


def test_an_order_is_late_if_cooking_took_longer_than_was_planned_for_those_before_it():
    slow = timedelta(minutes=40)

    [_first, second] = play(arrival(0, cooking=slow), arrival(1))

    assert minute_of(second.promise.ready_from) == 18  # 8 + 8 minutes in the oven, 2 for handing over
    assert minute_of(second.ready_at) == 48
    assert second.late_by == timedelta(minutes=20)  # the promise is ten minutes wide


def test_an_order_that_finds_the_kitchen_full_is_refused_and_takes_no_place():
    [accepted, refused, later] = play(arrival(0), arrival(1), arrival(9), orders=1)

    assert (accepted.kind, refused.kind, later.kind) == (OutcomeKind.COOKED, OutcomeKind.REFUSED, OutcomeKind.COOKED)
    assert refused.promise is None
    assert not refused.late_by


def test_the_limit_of_open_pizzas_refuses_as_it_does_in_the_shop():
    [first, refused, small] = play(arrival(0, pizzas=[8, 8]), arrival(1, pizzas=[8, 8]), arrival(2), pizzas=3)

    assert (first.kind, refused.kind, small.kind) == (OutcomeKind.COOKED, OutcomeKind.REFUSED, OutcomeKind.COOKED)


def test_an_order_that_is_being_paid_has_its_place_but_is_not_cooked():
    [by_card, cash] = play(arrival(0, paid_after=5), arrival(1))

    assert minute_of(cash.started_at) == 1
    assert minute_of(by_card.started_at) == 9


def test_an_order_that_was_cancelled_while_it_waited_leaves_its_place():
    gone = arrival(1, left_at=FRIDAY_NIGHT + 4 * MINUTE)

    [_first, left, last] = play(arrival(0), gone, arrival(2))

    assert left.kind == OutcomeKind.LEFT
    assert minute_of(last.started_at) == 8


def test_an_order_that_is_cooked_sooner_than_it_was_cancelled_is_cooked():
    [outcome] = play(arrival(0, left_at=FRIDAY_NIGHT + 4 * MINUTE))

    assert outcome.kind == OutcomeKind.COOKED


def test_an_order_that_was_never_paid_keeps_its_place_until_it_leaves():
    held = arrival(0, paid_after=None, left_at=FRIDAY_NIGHT + 10 * MINUTE)

    [unpaid, refused, accepted] = play(held, arrival(5), arrival(11), orders=1)

    assert (unpaid.kind, refused.kind, accepted.kind) == (OutcomeKind.LEFT, OutcomeKind.REFUSED, OutcomeKind.COOKED)


@pytest.mark.parametrize(
    ("order", "minutes"),
    [
        (arrival(method=DELIVERY), 8 + SHOP.handing_over_minutes + SHOP.driving_minutes),
        (arrival(method=DELIVERY, driving=5), 8 + SHOP.handing_over_minutes + 5),
        (arrival(method=DELIVERY, handing_over=timedelta(minutes=33)), 8 + 33),
        (arrival(), 8),
    ],
    ids=["as planned", "to its zone", "as it was", "pickup"],
)
def test_the_guest_has_a_delivery_after_the_drive_and_a_pickup_when_it_is_ready(order, minutes):
    [outcome] = play(order)

    assert minute_of(outcome.handed_over_at) == minutes


@given(
    orders=st.lists(
        st.builds(
            arrival,
            st.integers(0, 60),
            pizzas=st.lists(st.integers(1, 15), max_size=4),
            paid_after=st.none() | st.integers(0, 10),
            cooking=st.none() | st.timedeltas(timedelta(), timedelta(minutes=30)),
            left_at=st.none() | st.integers(0, 90).map(lambda minute: FRIDAY_NIGHT + minute * MINUTE),
        ),
        max_size=25,
    ),
    slots=st.integers(1, 4),
    limit=st.integers(1, 8),
    cooks=st.integers(1, 3),
)
@settings(max_examples=300 if IS_LONG else 40)
def test_each_order_has_one_outcome_and_no_limit_is_exceeded(orders, slots, limit, cooks):
    wanted = SimulationSettings(slots, limit, None, cooks, tickets_per_cook=2)

    outcomes = list(simulate(orders, settings=wanted, shop=SHOP))

    accepted = [outcome for outcome in outcomes if outcome.kind != OutcomeKind.REFUSED]
    cooked = [outcome for outcome in accepted if outcome.kind == OutcomeKind.COOKED]
    assert sorted(outcome.arrival.ref for outcome in outcomes) == sorted(each.ref for each in orders)
    for outcome in cooked:
        at = outcome.started_at
        beside = [other for other in cooked if other.started_at <= at < other.ready_at]
        assert len(beside) <= wanted.slots_in_use
        assert at >= outcome.arrival.released_at
    for outcome in accepted:
        at = outcome.arrival.at
        still_open = [other for other in accepted if other.arrival.at < at and end_of(other) > at]
        assert len(still_open) < limit


def end_of(outcome):
    """Return when an accepted order freed its place in the queue: later than all others if it never did."""
    return outcome.ready_at or outcome.arrival.left_at or FRIDAY_NIGHT + timedelta(days=1)
