from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from kitchen import services as kitchen_services
from kitchen.capacity import KitchenClosed, KitchenFull
from kitchen.events import BoardSettingsChanged, CapacityChanged, LaterOrdersChanged
from kitchen.models import Kitchen, TicketState
from pizzeria.foundation.ends import MAX_AHEAD, UntilPassed, UntilTooFar
from pizzeria.foundation.events.domain_events import load_data
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.kitchen.opening import on
from tests.kitchen.tickets import in_queue
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


def change_later(kitchen, by, **fields):
    values = {"max_slot_pizzas": 8, "later_days": 2, "lead_minutes": 10, **fields}
    return kitchen_services.change_later_orders(kitchen=kitchen, **values, by=by, at=FRIDAY_NIGHT)


def board_settings(**fields):
    values = {name: getattr(Kitchen(), name) for name in BoardSettingsChanged.model_fields}
    return BoardSettingsChanged(**{**values, **fields})


def change_board(kitchen, by, **fields):
    return kitchen_services.change_board_settings(
        kitchen=kitchen, settings=board_settings(**fields), by=by, at=FRIDAY_NIGHT
    )


def events_of(event):
    return StoredEvent.objects.filter(type=event.type)


def test_a_manager_changes_the_orders_for_later_and_the_event_holds_them(kitchen, manager):
    change_later(kitchen, manager, later_days=7)
    change_later(kitchen, manager, later_days=7)  # as they are already

    changed = Kitchen.objects.get()
    assert (changed.max_slot_pizzas, changed.later_days, changed.lead_minutes) == (8, 7, 10)
    assert changed.version == kitchen.version + 1
    assert events_of(LaterOrdersChanged).get().data == {"max_slot_pizzas": 8, "later_days": 7, "lead_minutes": 10}


def test_a_quarter_of_an_hour_cannot_take_less_than_is_booked_in_it(kitchen, manager):
    Kitchen.objects.update(max_slot_pizzas=12)
    fuller, quarter = on("2026-11-21", "19:15"), on("2026-11-21", "19:00")
    for slot, pizzas in ((quarter, 6), (fuller, 4), (fuller, 4)):
        in_queue(kitchen, TicketState.SCHEDULED, slot_at=slot, joins_queue_at=slot, pizzas=pizzas)
    in_queue(kitchen, TicketState.WITHDRAWN, slot_at=fuller, pizzas=9)
    in_queue(kitchen, TicketState.GONE, slot_at=FRIDAY_NIGHT - timedelta(hours=1), pizzas=11)

    with pytest.raises(kitchen_services.CapacityTooLow) as too_low:
        change_later(kitchen, manager, max_slot_pizzas=7)
    assert too_low.value.field == "max_slot_pizzas"
    assert too_low.value.message == "8 pizzas are booked for Sat 21 Nov, 19:15 already; it cannot be less."
    assert Kitchen.objects.get().max_slot_pizzas == 12

    change_later(kitchen, manager, max_slot_pizzas=8)
    change_later(kitchen, manager, max_slot_pizzas=None)
    assert Kitchen.objects.get().max_slot_pizzas is None


def test_a_slot_that_is_overbooked_does_not_keep_a_manager_from_changing_the_days_ahead(kitchen, manager):
    Kitchen.objects.update(max_slot_pizzas=4)
    slot = on("2026-11-21", "19:00")
    in_queue(kitchen, TicketState.SCHEDULED, slot_at=slot, joins_queue_at=slot, pizzas=9)

    change_later(kitchen, manager, max_slot_pizzas=4, later_days=1)

    assert Kitchen.objects.get().later_days == 1


def test_a_manager_changes_the_settings_of_the_board_and_the_event_holds_them(kitchen, manager):
    change_board(kitchen, manager, late_minutes=9, shows_cook=True)
    change_board(kitchen, manager, late_minutes=9, shows_cook=True)  # as they are already

    changed = Kitchen.objects.get()
    assert {name: getattr(changed, name) for name in BoardSettingsChanged.model_fields} == {
        "warning_minutes": 5,
        "late_minutes": 9,
        "unseen_seconds": 30,
        "stops_without_screen": False,
        "shows_cook": True,
        "uses_learned_minutes": True,
        "watches_screens": True,
    }
    assert changed.version == kitchen.version + 1
    assert events_of(BoardSettingsChanged).get().data["late_minutes"] == 9


def test_only_managers_change_the_orders_for_later_and_the_settings_of_the_board(kitchen, chef):
    with pytest.raises(NotAllowed):
        change_later(kitchen, chef)
    with pytest.raises(NotAllowed):
        change_board(kitchen, chef, late_minutes=9)
