"""Learning the minutes of pizzas from the orders of the last weeks."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from statistics import median

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.promises import ticket_minutes
from menu.cooking_minutes import MIN_ORDERS
from menu.models import Pizza
from orders import services as order_services
from orders import tasks
from orders.models import Order, OrderLine, OrderStatus
from orders.selectors.cooking_minutes import measured_minutes
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.shop.selectors import current_shop
from tests import shop
from tests.length import by_length
from tests.shop import FRIDAY_NIGHT
from tests.transactions import undone

MINUTES = {"margherita": 8, "pepperoni": 9, "calzone": 15}


def cooked_orders(kitchen, *plans, at=FRIDAY_NIGHT):
    """
    Write orders that were cooked and handed over before a moment: rows alone, without the commands.

    :param plans: for each order, its pizzas (slug and quantity) and how many seconds it was in the oven
    """
    orders = []
    for number, (_pizzas, seconds) in enumerate(plans):
        ready_at = at - timedelta(hours=number, minutes=5)
        orders.append(placed(kitchen, number=1000 + number, ready_at=ready_at, seconds=seconds))
    Order.objects.bulk_create(orders)
    for order, (pizzas, _seconds) in zip(orders, plans, strict=True):
        minutes = [MINUTES[slug] for slug, quantity in pizzas for _each in range(quantity)]
        Ticket.objects.create(
            kitchen=kitchen,
            ref=order.ref,
            label=f"#{order.number}",
            method="pickup",
            minutes=ticket_minutes(minutes, shop=current_shop()),
            pizzas=len(minutes),
            state=TicketState.GONE,
            state_changed_at=order.ready_at,
            due_at=order.ready_at,
            started_at=order.cooking_started_at,
        )
        OrderLine.objects.bulk_create(
            line(order, position, slug, quantity) for position, (slug, quantity) in enumerate(pizzas, start=1)
        )
    return orders


def placed(kitchen, *, number, ready_at, seconds):
    """Return a free order that was handed over when it was ready; not saved."""
    began = ready_at - timedelta(seconds=seconds)
    return Order(
        ref=uuid7(),
        seq=1,
        kitchen=kitchen,
        method="pickup",
        status=OrderStatus.DELIVERED,
        number=number,
        business_date=clock.business_date(began),
        placed_at=began,
        promise_from=ready_at,
        promise_until=ready_at,
        cooking_started_at=began,
        ready_at=ready_at,
        delivered_at=ready_at,
        lines_total=0,
        adjustments_total=0,
        tax_total=0,
        tax_lines=[],
        tax_included=True,
        total=0,
    )


def line(order, position, slug, quantity):
    return OrderLine(
        order=order,
        position=position,
        kind="pizza",
        slug=slug,
        name=slug.title(),
        quantity=quantity,
        unit_price=Decimal(0),
        minutes=MINUTES[slug],
    )


def learn(at=FRIDAY_NIGHT):
    return order_services.learn_cooking_minutes(by=SYSTEM, at=at)


def minutes_of(slug):
    return Pizza.objects.get(slug=slug).expected_minutes


def slowly_measured(plans):
    """Return the median of the minutes of each pizza, and in how many orders it was, in plain Python."""
    taken = defaultdict(list)
    for pizzas, seconds in plans:
        each = [MINUTES[slug] for slug, quantity in pizzas for _each in range(quantity)]
        planned = max(each) + current_shop().further_pizza_minutes * (len(each) - 1)
        if seconds >= 60:
            for slug in {slug for slug, _quantity in pizzas}:
                taken[slug].append(MINUTES[slug] * seconds / 60 / planned)
    return {slug: (median(minutes), len(minutes)) for slug, minutes in taken.items() if len(minutes) >= MIN_ORDERS}


pizzas = st.lists(st.tuples(st.sampled_from([*MINUTES]), st.integers(1, 4)), min_size=1, max_size=3)
plans = st.lists(st.tuples(pizzas, st.integers(0, 3600)), min_size=MIN_ORDERS - 2, max_size=MIN_ORDERS + 20)


@hypothesis_settings(
    max_examples=by_length(8, 100), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(plans=plans)
def test_the_median_of_every_pizza_is_the_one_that_slow_plain_code_computes(kitchen, plans):
    with undone():
        cooked_orders(kitchen, *plans)
        connection.check_constraints()

        measured = {each.slug: (each.minutes, each.orders) for each in measured_minutes(kitchen, at=FRIDAY_NIGHT)}

    expected = slowly_measured(plans)
    assert measured.keys() == expected.keys()
    for slug, (minutes, orders) in expected.items():
        assert measured[slug] == (pytest.approx(minutes), orders)


def test_the_promise_of_a_new_order_uses_the_learned_minutes(kitchen):
    before = shop.place()
    cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * MIN_ORDERS)

    assert [pizza.slug for pizza in learn()] == ["margherita"]

    after = shop.place()
    assert minutes_of("margherita") == 12
    assert after.promise_from - before.promise_from == timedelta(minutes=4)
    assert after.lines.get().minutes == 12
    assert Ticket.objects.get(ref=after.ref).minutes == 12


def test_nothing_changes_if_there_are_too_few_orders_or_they_are_too_old(kitchen):
    cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * (MIN_ORDERS - 1))
    assert learn() == []

    cooked_orders(kitchen, *[([("pepperoni", 1)], 15 * 60)] * MIN_ORDERS, at=FRIDAY_NIGHT - timedelta(days=30))
    assert learn() == []
    assert StoredEvent.objects.filter(stream="menu").count() == 0


@pytest.mark.parametrize("step", ["order.recalled.v1", "order.step_undone.v1"])
def test_orders_that_were_recalled_or_undone_are_left_out(kitchen, step):
    orders = cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * MIN_ORDERS)
    StoredEvent.objects.create(
        stream="order", aggregate_ref=orders[0].ref, seq=1, type=step, data={}, actor="11", at=FRIDAY_NIGHT
    )

    assert learn() == []


def test_a_kitchen_that_does_not_use_learned_minutes_has_none_after_the_next_night(kitchen, tonight):
    cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * MIN_ORDERS)
    tasks.learn_cooking_minutes()
    assert minutes_of("margherita") == 12

    Kitchen.objects.update(uses_learned_minutes=False)
    tasks.learn_cooking_minutes()

    assert minutes_of("margherita") == 8
    assert shop.place().lines.get().minutes == 8


def test_learning_twice_changes_nothing_more(kitchen, tonight):
    cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * MIN_ORDERS)
    output = StringIO()

    call_command("learn_cooking_minutes", stdout=output)
    tasks.learn_cooking_minutes()

    assert output.getvalue() == "Margherita: 8 planned, 12 expected\nThe minutes of 1 pizzas have changed.\n"
    assert Pizza.objects.get(slug="margherita").seq == 1


def test_what_orders_take_with_the_learned_minutes_confirms_them(kitchen, chef):
    cooked_orders(kitchen, *[([("margherita", 1)], 12 * 60)] * MIN_ORDERS)
    learn()
    order = shop.place()
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=order.ref, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=12))

    later = FRIDAY_NIGHT + timedelta(hours=1)
    [measured] = measured_minutes(kitchen, at=later)

    assert (measured.minutes, measured.orders) == (pytest.approx(12), MIN_ORDERS + 1)
    learn(at=later)
    assert Pizza.objects.get(slug="margherita").seq == 1
