"""Runs of the simulation: what a past evening is made of, and what its scenarios compare."""

from datetime import date, timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from kitchen.simulation import OutcomeKind
from orders import services as order_services
from orders.models import CancelReason
from orders.reports.what_if import services, tasks
from orders.reports.what_if.models import RunState, WhatIfRun
from orders.reports.what_if.scenarios import Scenario, comparison, minutes_of
from orders.reports.what_if.selectors import evening_of
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT

MINUTE = timedelta(minutes=1)
FRIDAY = date(2026, 11, 20)
SATURDAY_NOON = FRIDAY_NIGHT + timedelta(hours=16)
LUIGI, MARIA = shop.acting_as(KITCHEN, 21), shop.acting_as(KITCHEN, 22)


@pytest.fixture
def evening(kitchen):
    """Five orders of one evening, cooked by two cooks, each twenty minutes in the oven, one after the other."""
    orders = [shop.place(at=FRIDAY_NIGHT + number * MINUTE) for number in range(5)]
    for number, order in enumerate(orders):
        begins = FRIDAY_NIGHT + number * 20 * MINUTE
        cook = (LUIGI, MARIA)[number % 2]
        kitchen_services.start_cooking(ref=order.ref, by=cook, at=begins + 5 * MINUTE)
        kitchen_services.finish_ticket(ref=order.ref, by=cook, at=begins + 25 * MINUTE)
    return orders


def scenario(name="as it was", kind="as_it_was", **changes):
    usual = {"oven_slots": 1, "max_concurrent_orders": 20, "max_open_pizzas": None, "cooks": 2, "tickets_per_cook": 1}
    return Scenario(name=name, kind=kind, **{**usual, **changes})


def requested(*scenarios, by=None, at=SATURDAY_NOON):
    return services.request_run(
        ref=uuid7(), business_date=FRIDAY, scenarios=scenarios, by=by or shop.acting_as(MANAGER), at=at
    )


def simulated(*scenarios):
    run = requested(*scenarios)
    tasks.simulate_run(run.pk)
    run.refresh_from_db()
    return run


def test_an_evening_has_its_orders_its_cooks_and_the_settings_it_had(evening, kitchen):
    kitchen_services.change_capacity(
        kitchen=kitchen, oven_slots=3, max_concurrent_orders=9, by=SYSTEM, at=FRIDAY_NIGHT + timedelta(hours=3)
    )
    kitchen_services.change_capacity(kitchen=kitchen, oven_slots=7, by=SYSTEM, at=SATURDAY_NOON)

    replayed = evening_of(FRIDAY)

    assert [outcome.arrival.ref for outcome in replayed.outcomes] == [order.ref for order in evening]
    assert (replayed.oven_slots, replayed.max_concurrent_orders, replayed.max_open_pizzas) == (3, 9, None)
    assert (replayed.cooks, replayed.tickets_per_cook) == (2, 2)


def test_an_evening_without_orders_has_none_and_one_cook(kitchen):
    replayed = evening_of(FRIDAY)

    assert replayed.outcomes == []
    assert (replayed.oven_slots, replayed.cooks) == (kitchen.oven_slots, 1)


def test_an_order_that_was_cancelled_while_it_waited_left_when_it_was_cancelled(kitchen):
    order = shop.place()
    order_services.cancel_order(
        ref=order.ref, by=SYSTEM, reason=CancelReason.CHANGED_MIND, at=FRIDAY_NIGHT + 3 * MINUTE
    )

    [outcome] = evening_of(FRIDAY).outcomes

    assert outcome.kind == OutcomeKind.LEFT
    assert outcome.arrival.left_at == FRIDAY_NIGHT + 3 * MINUTE


def test_the_number_of_queries_does_not_grow_with_the_orders(evening, django_assert_num_queries):
    with django_assert_num_queries(6):
        evening_of(FRIDAY)


def test_one_more_oven_slot_makes_fewer_orders_late(evening):
    real, as_it_was = scenario("real", "real"), scenario()
    more = scenario("one more", "changed", oven_slots=2)

    run = simulated(real, as_it_was, more)

    happened, simulation, changed = (result.summary for result in run.results)
    assert run.state == RunState.DONE
    assert (happened.cooked, simulation.cooked, changed.cooked) == (5, 5, 5)
    assert (happened.refused, simulation.refused, changed.refused) == (None, 0, 0)
    assert happened.waiting.longest == 81  # the fifth: ordered at minute 4, in the oven at minute 85
    assert simulation.waiting.longest == 76  # without the five minutes before the first
    assert changed.late < simulation.late


def test_a_lower_limit_of_open_orders_refuses_some(evening):
    run = simulated(scenario(), scenario("fewer", "changed", max_concurrent_orders=2))

    assert [result.summary.refused for result in run.results] == [0, 3]
    assert [row.cells for row in comparison(run.results) if row.label.startswith("Refused")] == [["0", "3"]]


def test_a_delivery_that_is_still_at_the_counter_has_not_been_handed_over(kitchen):
    kitchen_services.change_capacity(kitchen=kitchen, oven_slots=1, by=SYSTEM, at=FRIDAY_NIGHT)
    order = shop.place(method=FulfillmentMethod.DELIVERY)
    shop.cooked(order, by=LUIGI, at=FRIDAY_NIGHT + 10 * MINUTE)

    [outcome] = evening_of(FRIDAY).outcomes

    assert outcome.kind == OutcomeKind.COOKED
    assert outcome.handed_over_at is None  # it is still at the counter


def test_a_cooked_order_that_was_cancelled_later_has_no_promise_to_keep(kitchen, manager):
    order = shop.place()
    shop.cooked(order, by=LUIGI, at=FRIDAY_NIGHT + timedelta(hours=1))
    order_services.cancel_order(
        ref=order.ref, by=SYSTEM, reason=CancelReason.NOT_COLLECTED, at=FRIDAY_NIGHT + timedelta(hours=2)
    )

    run = simulated(scenario("real", "real"), scenario())

    summaries = [result.summary for result in run.results]
    assert [(each.cooked, each.promised, each.late) for each in summaries] == [(1, 0, 0), (1, 0, 0)]


def test_progress_ends_at_all_orders_of_all_simulated_scenarios(evening):
    run = simulated(scenario("real", "real"), scenario(), scenario("more", "changed", oven_slots=2))

    assert (run.done, run.total, run.percent_done) == (10, 10, 100)


def test_a_run_is_simulated_once_however_many_tasks_there_are(evening):
    run = simulated(scenario())
    WhatIfRun.objects.filter(pk=run.pk).update(result_data=[])

    tasks.simulate_run(run.pk)

    run.refresh_from_db()
    assert run.result_data == []
    assert run.attempts == 1


def test_a_run_whose_worker_was_killed_is_claimed_again_when_its_lease_has_ended(evening):
    run = requested(scenario())
    services.claim_run(run_id=run.pk, at=SATURDAY_NOON)

    assert services.claim_run(run_id=run.pk, at=SATURDAY_NOON + services.LEASE - timedelta(seconds=1)) is None
    assert services.claim_run(run_id=run.pk, at=SATURDAY_NOON + services.LEASE)


def test_a_run_that_ends_every_worker_has_failed_after_the_third(evening):
    run, at = requested(scenario()), SATURDAY_NOON
    for _attempt in range(services.MAX_ATTEMPTS):
        assert services.claim_run(run_id=run.pk, at=at)
        at += services.LEASE

    assert services.claim_run(run_id=run.pk, at=at) is None

    run.refresh_from_db()
    assert (run.state, run.due_at) == (RunState.FAILED, None)


def test_only_a_business_day_that_is_over_can_be_replayed(kitchen):
    with pytest.raises(services.EveningNotOver):
        requested(scenario(), at=FRIDAY_NIGHT + timedelta(hours=5))


def test_a_cook_cannot_ask(kitchen):
    with pytest.raises(NotAllowed):
        requested(scenario(), by=LUIGI)


def test_old_runs_are_purged(kitchen):
    _old, new = requested(scenario(), at=SATURDAY_NOON), requested(scenario(), at=SATURDAY_NOON + MINUTE)

    services.purge_runs(before=new.created_at)

    assert list(WhatIfRun.objects.all()) == [new]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [([], (None, None, None)), ([7], (7, 7, 7)), ([1, 2, 3, 10], (2, 10, 10))],
    ids=["none", "one", "four"],
)
def test_statistics_of_minutes_are_by_nearest_rank(minutes, expected):
    statistics = minutes_of(timedelta(minutes=each, seconds=59) for each in minutes)

    assert (statistics.median, statistics.p90, statistics.longest) == expected
