"""The capacity check: whether the kitchen accepts one more order."""

from datetime import date

import pytest
from django.db import connection

from kitchen import capacity
from kitchen.capacity import KitchenClosed, KitchenFull, OrderTooLarge
from kitchen.hours import ClosedDays
from kitchen.models import MAX_TICKET_MINUTES, Kitchen, Ticket, TicketState
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on
from tests.kitchen.tickets import MINUTE, ticket
from tests.shop import FRIDAY_NIGHT


def ask(tickets, *, pizzas=1, at=FRIDAY_NIGHT, hours=None, **kitchen):
    stored = hours and hours.model_dump(mode="json")
    line = Kitchen(name="Via Roma", **{"max_concurrent_orders": 3, "opening_hours": stored, **kitchen})
    capacity.refuse_unless_capacity(line, tickets, pizza_minutes=[8] * pizzas, at=at)


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


def refused_as_closed(**asked):
    with pytest.raises(KitchenClosed) as closed:
        ask([], **asked)
    return closed.value


@pytest.mark.parametrize(
    ("at", "message", "opens_at"),
    [
        (
            on("2026-11-20", "15:00"),
            "We are closed. We open again at 18:00.",
            on("2026-11-20", "18:00"),
        ),
        (
            on("2026-11-20", "22:30"),
            "We are closed. We open again Sat 11:30.",
            on("2026-11-21", "11:30"),
        ),
        (  # still Friday's business day
            on("2026-11-21", "03:00"),
            "We are closed. We open again Sat 11:30.",
            on("2026-11-21", "11:30"),
        ),
        (
            on("2026-11-22", "23:00"),
            "We are closed. We open again Tue 1 Dec, 11:30.",
            on("2026-12-01", "11:30"),
        ),
    ],
)
def test_out_of_its_hours_the_shop_refuses_orders_and_says_when_it_opens_next(at, message, opens_at):
    hours = every_day(*LUNCH_AND_DINNER, closed=(ClosedDays(first=date(2026, 11, 23), last=date(2026, 11, 30)),))

    refused = refused_as_closed(at=at, hours=hours)

    assert refused.message == message
    assert refused.retry_after == (opens_at - at).total_seconds()


def test_an_order_is_accepted_from_the_moment_of_opening_until_before_that_of_closing():
    for at in (on("2026-11-20", "18:00"), on("2026-11-20", "22:29")):
        ask([], at=at, hours=every_day(*LUNCH_AND_DINNER))


def test_a_shop_that_opens_on_no_day_is_closed_until_further_notice():
    refused = refused_as_closed(hours=every_day())

    assert (refused.message, refused.retry_after) == ("We are closed until further notice.", None)


def test_after_a_pause_that_lasts_beyond_closing_time_orders_are_accepted_at_the_next_opening():
    refused = refused_as_closed(
        at=on("2026-11-20", "22:00"),
        hours=every_day(*LUNCH_AND_DINNER),
        taking_orders=False,
        pause_reason="the oven rests",
        paused_until=on("2026-11-20", "23:00"),
    )

    assert refused.message == (
        "The kitchen is taking a break (the oven rests). Please try again after Sat 21 Nov, 11:30."
    )
    assert refused.retry_after == 13.5 * 3600


def test_a_closed_shop_whose_pause_outlasts_the_next_opening_opens_when_the_pause_ends():
    refused = refused_as_closed(
        at=on("2026-11-20", "16:00"),
        hours=every_day(*LUNCH_AND_DINNER),
        taking_orders=False,
        paused_until=on("2026-11-20", "19:00"),
    )

    assert refused.message == "We are closed. We open again at 19:00."


def test_a_closed_shop_that_is_paused_until_further_notice_does_not_say_that_it_opens():
    refused = refused_as_closed(
        at=on("2026-11-20", "16:00"), hours=every_day(*LUNCH_AND_DINNER), taking_orders=False, pause_reason="no gas"
    )

    assert refused.message == "The kitchen is taking a break (no gas). Please try again later."
    assert refused.retry_after is None


@pytest.mark.parametrize(
    ("at", "is_accepted"),
    [
        (on("2026-10-25", "01:59"), True),
        (on("2026-10-25", "02:00"), True),  # shown twice: this is the first
        (on("2026-10-25", "02:00") + 29 * MINUTE, True),
        (on("2026-10-25", "02:00") + 30 * MINUTE, False),  # 02:30 for the first time
        (on("2026-10-25", "02:00") + 60 * MINUTE, False),  # 02:00 again
    ],
)
def test_in_the_night_in_which_the_clocks_go_back_the_shop_closes_when_its_time_is_shown_first(at, is_accepted):
    hours = every_day("18:00-02:30")

    if is_accepted:
        ask([], at=at, hours=hours)
    else:
        assert refused_as_closed(at=at, hours=hours).message == "We are closed. We open again Sun 18:00."


def test_in_the_night_in_which_the_clocks_go_forward_the_time_until_the_opening_is_an_hour_less():
    refused = refused_as_closed(at=on("2026-03-29", "01:30"), hours=every_day("05:00-22:00"))

    assert refused.message == "We are closed. We open again Sun 05:00."
    assert refused.retry_after == 2.5 * 3600
