"""Whether the kitchen takes one more order."""

import pytest

from kitchen import capacity
from kitchen.capacity import KitchenClosed, KitchenFull
from kitchen.models import Kitchen, TicketState
from tests.kitchen.tickets import ticket
from tests.shop import FRIDAY_NIGHT


def ask(tickets, **kitchen):
    line = Kitchen(name="Via Roma", **{"max_concurrent_orders": 3, **kitchen})
    capacity.refuse_unless_capacity(line, tickets, at=FRIDAY_NIGHT)


@pytest.mark.parametrize("state", [TicketState.HELD, TicketState.WAITING, TicketState.COOKING])
def test_counts_what_is_being_paid_what_waits_and_what_cooks(state):
    ask([ticket(state=state)] * 2)

    with pytest.raises(KitchenFull):
        ask([ticket(state=state)] * 3)


def test_counts_them_together():
    with pytest.raises(KitchenFull):
        ask([ticket(state=TicketState.HELD), ticket(state=TicketState.WAITING), ticket(state=TicketState.COOKING)])


@pytest.mark.parametrize("state", [TicketState.SCHEDULED, TicketState.READY, TicketState.GONE, TicketState.WITHDRAWN])
def test_does_not_count_what_takes_no_place_now(state):
    ask([ticket(state=state)] * 9)


def test_is_said_in_minutes_until_the_first_comes_out():
    cooking = [ticket(state=TicketState.COOKING, minutes=9, started=started) for started in (0, 3, 2)]

    with pytest.raises(KitchenFull) as full:
        ask(cooking)

    assert full.value.sentence == "The kitchen is at capacity. Please try again in about 6 minutes."


def test_is_refused_with_nobody_cooking_too():
    with pytest.raises(KitchenFull, match="in about 8 minutes"):
        ask([ticket(minutes=8)] * 3)


def test_is_closed_while_the_kitchen_takes_a_break():
    with pytest.raises(KitchenClosed) as closed:
        ask([], taking_orders=False)

    assert closed.value.sentence == "The kitchen is taking a break. Please try again later."


def test_is_closed_rather_than_full_when_it_is_both():
    with pytest.raises(KitchenClosed):
        ask([ticket()] * 3, taking_orders=False)


def test_refuses_by_its_new_size_when_places_are_taken_away_from_an_open_line():
    with pytest.raises(KitchenFull):
        ask([ticket()] * 2, max_concurrent_orders=1)
