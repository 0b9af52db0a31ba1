"""The quote: what is promised to a guest who has not ordered yet."""

import pytest

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Ticket, TicketState
from kitchen.promises import Promise
from tests import shop
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on
from tests.kitchen.tickets import MINUTE, in_queue
from tests.shop import FRIDAY_NIGHT


def quote(kitchen, **asked):
    return kitchen_selectors.quote(kitchen, **{"pizza_minutes": [8], "at": FRIDAY_NIGHT, **asked})


def test_a_quote_names_the_minutes_until_an_order_could_be_picked_up(kitchen):
    quoted = quote(kitchen)

    assert quoted.accepts_orders
    assert quoted.message == "Order now, and it is ready in about 10 minutes."
    assert quoted.minutes[FulfillmentMethod.PICKUP] == 10
    assert quoted.promises[FulfillmentMethod.PICKUP].ready_from == FRIDAY_NIGHT + 10 * MINUTE


@pytest.mark.parametrize("method", FulfillmentMethod)
def test_an_order_gets_the_promise_that_was_quoted(kitchen, method):
    in_queue(kitchen, *[TicketState.WAITING] * 7)
    quoted = quote(kitchen)

    order = shop.place(method=method)

    assert quoted.promises[method] == Promise(order.promise_from, order.promise_until)


def test_a_quote_is_later_when_tickets_are_in_the_queue(kitchen):
    in_queue(kitchen, *[TicketState.WAITING] * 5)

    assert quote(kitchen).minutes[FulfillmentMethod.PICKUP] == 8 + 8 + 2


def test_a_quote_for_delivery_includes_the_driving_time(kitchen):
    assert quote(kitchen).minutes[FulfillmentMethod.DELIVERY] == 30


@pytest.mark.parametrize(
    ("busy", "message"),
    [
        ({"max_concurrent_orders": 1}, "The kitchen is at capacity. Please try again in about 8 minutes."),
        ({"taking_orders": False}, "The kitchen is taking a break. Please try again later."),
    ],
    ids=["full", "paused"],
)
def test_a_quote_gives_the_reason_when_the_kitchen_accepts_no_orders(kitchen, busy, message):
    in_queue(kitchen, TicketState.WAITING)
    for field, value in busy.items():
        setattr(kitchen, field, value)

    quoted = quote(kitchen)

    assert (quoted.accepts_orders, quoted.message, quoted.promises, quoted.minutes) == (False, message, {}, {})


def test_a_quote_words_a_waiting_time_of_one_minute_in_the_singular(kitchen):
    in_queue(kitchen, TicketState.WAITING, minutes=1)
    kitchen.max_concurrent_orders = 1

    assert quote(kitchen).message == "The kitchen is at capacity. Please try again in about a minute."


def test_a_quote_for_much_later_names_the_time_and_the_day(kitchen):
    in_queue(kitchen, *[TicketState.WAITING] * 5, minutes=150)
    assert quote(kitchen).message == "Order now, and it is ready around 22:40."

    Ticket.objects.update(minutes=900)
    assert quote(kitchen).message == "Order now, and it is ready around Sat 21 Nov, 11:10."


def test_a_pause_until_another_day_is_told_with_its_date(kitchen):
    kitchen.taking_orders, kitchen.paused_until = False, FRIDAY_NIGHT + 20 * 60 * MINUTE

    assert quote(kitchen).message == "The kitchen is taking a break. Please try again after Sat 21 Nov, 16:00."


def with_hours(kitchen, *spans):
    kitchen.opening_hours = every_day(*spans).model_dump(mode="json")
    return kitchen


def test_a_quote_of_a_closed_shop_says_when_it_opens_and_promises_nothing(kitchen):
    quoted = quote(with_hours(kitchen, *LUNCH_AND_DINNER), at=on("2026-11-20", "15:00"))

    assert (quoted.accepts_orders, quoted.promises) == (False, {})
    assert quoted.message == "We are closed. We open again at 18:00."
    assert (quoted.opens_at, quoted.closes_at) == (on("2026-11-20", "18:00"), None)
    assert quoted.changes_at == quoted.opens_at


@pytest.mark.parametrize(("wall", "is_soon"), [("21:59", False), ("22:00", True), ("22:29", True)])
def test_in_the_last_half_an_hour_a_quote_says_when_the_shop_closes(kitchen, wall, is_soon):
    quoted = quote(with_hours(kitchen, *LUNCH_AND_DINNER), at=on("2026-11-20", wall))

    assert quoted.accepts_orders
    assert quoted.message.startswith("Order now, and it is ready in about 10 minutes.")
    assert quoted.message.endswith(" We close at 22:30.") == is_soon
    assert quoted.closes_at == quoted.changes_at == on("2026-11-20", "22:30")


def test_a_quote_of_a_full_kitchen_changes_when_the_shop_closes_too(kitchen):
    in_queue(kitchen, TicketState.WAITING)
    kitchen.max_concurrent_orders = 1

    quoted = quote(with_hours(kitchen, *LUNCH_AND_DINNER))

    assert not quoted.accepts_orders
    assert (quoted.opens_at, quoted.changes_at) == (None, on("2026-11-20", "22:30"))


def test_a_quote_of_a_shop_that_is_open_around_the_clock_does_not_say_that_it_closes(kitchen):
    quoted = quote(kitchen)

    assert (quoted.opens_at, quoted.closes_at, quoted.changes_at) == (None, None, None)


def test_a_quote_of_a_paused_kitchen_changes_when_the_pause_ends(kitchen):
    kitchen.taking_orders, kitchen.paused_until = False, FRIDAY_NIGHT + 20 * MINUTE

    assert quote(kitchen).opens_at == quote(kitchen).changes_at == FRIDAY_NIGHT + 20 * MINUTE
