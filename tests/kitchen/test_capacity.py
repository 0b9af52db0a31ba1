"""The capacity check: whether the kitchen accepts one more order."""

import pytest
from django.db import connection

from kitchen import capacity
from kitchen.capacity import KitchenClosed, KitchenFull, OrderTooLarge
from kitchen.models import MAX_TICKET_MINUTES, Kitchen, Ticket, TicketState
from tests.kitchen.tickets import ticket
from tests.shop import FRIDAY_NIGHT


def ask(tickets, *, pizzas=1, **kitchen):
    line = Kitchen(name="Via Roma", **{"max_concurrent_orders": 3, **kitchen})
    capacity.refuse_unless_capacity(line, tickets, pizza_minutes=[8] * pizzas, at=FRIDAY_NIGHT)


def test_an_order_that_takes_longer_than_a_ticket_can_is_refused(change_shop):
    change_shop(further_pizza_minutes=240)
    [_least, most] = connection.ops.integer_field_range(Ticket._meta.get_field("minutes").get_internal_type())
    assert most == MAX_TICKET_MINUTES

    ask([], pizzas=137)  # 32,648 minutes
    with pytest.raises(OrderTooLarge):
        ask([], pizzas=138)


@pytest.mark.parametrize("state", [TicketState.HELD, TicketState.WAITING, TicketState.COOKING])
def test_held_waiting_and_cooking_tickets_count_towards_the_capacity(state):
    ask([ticket(state=state)] * 2)

    with pytest.raises(KitchenFull):
        ask([ticket(state=state)] * 3)


def test_held_waiting_and_cooking_tickets_count_together_towards_the_capacity():
    with pytest.raises(KitchenFull):
        ask([ticket(state=TicketState.HELD), ticket(state=TicketState.WAITING), ticket(state=TicketState.COOKING)])


@pytest.mark.parametrize("state", [TicketState.SCHEDULED, TicketState.READY, TicketState.GONE, TicketState.WITHDRAWN])
def test_scheduled_ready_gone_and_withdrawn_tickets_do_not_count_towards_the_capacity(state):
    ask([ticket(state=state)] * 9)


def test_the_refusal_at_capacity_names_the_minutes_until_the_first_cooking_ticket_comes_out():
    cooking = [ticket(state=TicketState.COOKING, minutes=9, started=started) for started in (0, 3, 2)]

    with pytest.raises(KitchenFull) as full:
        ask(cooking)

    assert full.value.message == "The kitchen is at capacity. Please try again in about 6 minutes."


def test_a_full_kitchen_refuses_orders_also_when_no_ticket_is_cooking():
    with pytest.raises(KitchenFull, match="in about 8 minutes"):
        ask([ticket(minutes=8)] * 3)


def test_a_paused_kitchen_refuses_orders_as_closed():
    with pytest.raises(KitchenClosed) as closed:
        ask([], taking_orders=False)

    assert closed.value.message == "The kitchen is taking a break. Please try again later."


def test_a_kitchen_that_is_both_paused_and_full_refuses_orders_as_closed():
    with pytest.raises(KitchenClosed):
        ask([ticket()] * 3, taking_orders=False)


def test_a_kitchen_whose_capacity_was_reduced_below_its_load_refuses_orders():
    with pytest.raises(KitchenFull):
        ask([ticket()] * 2, max_concurrent_orders=1)


@pytest.mark.parametrize("state", [TicketState.HELD, TicketState.WAITING, TicketState.COOKING])
def test_the_pizzas_of_held_waiting_and_cooking_tickets_count_towards_the_limit_of_pizzas(state):
    ask([ticket(state=state, pizzas=6)], pizzas=4, max_open_pizzas=10)

    with pytest.raises(KitchenFull) as full:
        ask([ticket(state=state, pizzas=6)], pizzas=5, max_open_pizzas=10)
    assert full.value.message.startswith("The kitchen can take only 4 more pizzas at the moment. Please try again in")


def test_the_pizzas_of_scheduled_and_ready_tickets_do_not_count_towards_the_limit_of_pizzas():
    others = [ticket(state=state, pizzas=9) for state in (TicketState.SCHEDULED, TicketState.READY, TicketState.GONE)]

    ask(others, pizzas=10, max_open_pizzas=10)


def test_an_order_without_pizzas_is_accepted_when_no_more_pizzas_are():
    for limit in (10, 5):  # also after it was lowered
        ask([ticket(pizzas=10)], pizzas=0, max_open_pizzas=limit)

    with pytest.raises(KitchenFull, match="The kitchen is at capacity"):
        ask([ticket(pizzas=10)], pizzas=1, max_open_pizzas=10)


def test_an_order_with_more_pizzas_than_may_be_open_is_asked_to_call_and_not_to_try_again():
    with pytest.raises(OrderTooLarge, match="Please call us"):
        ask([], pizzas=11, max_open_pizzas=10)


def test_without_a_limit_of_pizzas_only_the_orders_count():
    ask([ticket(pizzas=500)], pizzas=500)
