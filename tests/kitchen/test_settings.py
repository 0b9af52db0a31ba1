from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from kitchen import services as kitchen_services
from kitchen.capacity import KitchenClosed, KitchenFull
from kitchen.events import CapacityChanged
from kitchen.models import Kitchen
from pizzeria.foundation.ends import MAX_AHEAD, UntilPassed, UntilTooFar
from pizzeria.foundation.events.domain_events import load_data
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.shop import FRIDAY_NIGHT

HALF_PAST = FRIDAY_NIGHT + timedelta(minutes=30)


def pause(kitchen, by, reason="the oven rests", until=None):
    return kitchen_services.pause(kitchen=kitchen, reason=reason, until=until, by=by, at=FRIDAY_NIGHT)


def change(kitchen, by, orders=20, places=5, pizzas=None):
    return kitchen_services.change_capacity(
        kitchen=kitchen,
        max_concurrent_orders=orders,
        oven_slots=places,
        max_open_pizzas=pizzas,
        by=by,
        at=FRIDAY_NIGHT,
    )


def test_a_paused_kitchen_refuses_orders_and_gives_the_reason(kitchen, chef):
    pause(kitchen, chef)

    with pytest.raises(KitchenClosed, match="the oven rests"):
        shop.place()


def test_a_pause_with_an_end_time_ends_by_itself(kitchen, chef):
    pause(kitchen, chef, until=HALF_PAST)

    with pytest.raises(KitchenClosed, match="after 20:30"):
        shop.place()
    assert shop.place(at=HALF_PAST).number == 1


def test_resuming_ends_a_pause_and_resuming_twice_records_one_event(kitchen, chef):
    pause(kitchen, chef)
    kitchen_services.resume(kitchen=kitchen, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.resume(kitchen=kitchen, by=chef, at=FRIDAY_NIGHT)  # the second call changes nothing

    assert shop.place().number == 1
    types = StoredEvent.objects.filter(aggregate_ref=kitchen.ref).values_list("type", flat=True)
    assert list(types) == ["kitchen.paused.v1", "kitchen.resumed.v1"]


def test_a_pause_without_a_reason_with_a_past_end_time_or_by_a_guest_is_refused(kitchen, chef, guest):
    with pytest.raises(kitchen_services.PauseRefused):
        pause(kitchen, chef, reason="")
    with pytest.raises(UntilPassed):
        pause(kitchen, chef, until=FRIDAY_NIGHT)
    with pytest.raises(NotAllowed):
        pause(kitchen, guest)


def test_a_pause_of_more_than_a_year_is_refused_and_one_of_a_year_is_not(kitchen, chef):
    with pytest.raises(UntilTooFar):
        pause(kitchen, chef, until=datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(-timedelta(hours=12))))
    with pytest.raises(UntilTooFar):
        pause(kitchen, chef, until=FRIDAY_NIGHT + MAX_AHEAD + timedelta(seconds=1))

    pause(kitchen, chef, until=FRIDAY_NIGHT + MAX_AHEAD)
    assert Kitchen.objects.get().paused_until == FRIDAY_NIGHT + MAX_AHEAD


def test_a_manager_may_change_the_capacity_and_a_cook_may_not(kitchen, manager, chef):
    with pytest.raises(NotAllowed):
        change(kitchen, chef)

    change(kitchen, manager, orders=30, places=7)

    assert (Kitchen.objects.get().max_concurrent_orders, Kitchen.objects.get().oven_slots) == (30, 7)


def test_a_limit_that_is_not_given_stays_as_it_is_and_none_takes_the_limit_of_pizzas_away(kitchen, manager):
    change(kitchen, manager, pizzas=60)
    to = partial(kitchen_services.change_capacity, kitchen=kitchen, by=manager, at=FRIDAY_NIGHT)

    to(oven_slots=7)
    changed = Kitchen.objects.get()
    assert (changed.max_concurrent_orders, changed.oven_slots, changed.max_open_pizzas) == (20, 7, 60)

    to(max_open_pizzas=None)
    assert Kitchen.objects.get().max_open_pizzas is None


def test_the_capacity_cannot_be_less_than_the_open_and_the_cooking_orders(kitchen, manager, chef):
    orders = [shop.place() for _ in range(3)]
    for order in orders[:2]:
        kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)

    for too_low in ({"orders": 2}, {"places": 1}, {"orders": 0}, {"places": 0}):
        with pytest.raises(kitchen_services.CapacityTooLow):
            change(kitchen, manager, **too_low)
    change(kitchen, manager, orders=3, places=2)

    assert StoredEvent.objects.filter(type="kitchen.capacity_changed.v2").count() == 1


def test_a_recall_above_the_capacity_does_not_keep_the_manager_from_saving_it_unchanged(kitchen, manager, chef):
    recalled = shop.cooked(shop.place(), by=chef)
    change(kitchen, manager, orders=1)
    shop.place()
    kitchen_services.recall_ticket(ref=recalled.ref, by=chef, at=FRIDAY_NIGHT)  # two open orders, one at most

    change(kitchen, manager, orders=1, places=9)

    assert Kitchen.objects.get().oven_slots == 9


def test_setting_the_capacity_to_its_current_values_records_no_event(kitchen, manager):
    change(kitchen, manager, orders=20, places=5)

    assert not StoredEvent.objects.filter(type="kitchen.capacity_changed.v2").exists()


def test_the_limit_of_pizzas_can_be_set_and_taken_away_but_not_below_what_is_open(kitchen, manager):
    shop.place(shop.basket_of(quantity=4))
    with pytest.raises(kitchen_services.CapacityTooLow, match="4 pizzas are open now") as too_low:
        change(kitchen, manager, pizzas=3)
    assert too_low.value.field == "max_open_pizzas"

    change(kitchen, manager, pizzas=4)
    with pytest.raises(KitchenFull):
        shop.place()

    change(kitchen, manager, pizzas=None)
    assert shop.place().number == 2


def test_the_stored_event_of_the_first_release_has_no_limit_of_pizzas():
    written_then = {"max_concurrent_orders": 30, "oven_slots": 7}

    assert load_data("kitchen.capacity_changed.v1", written_then) == CapacityChanged(
        max_concurrent_orders=30, oven_slots=7, max_open_pizzas=None
    )
