"""
A manager lowers the capacity while guests order: at no commit is the load above the capacity.

With the kitchen's lock taken out, the manager lowers it below the load, which new orders have raised meanwhile.

Of two limits that are changed at once, none is lost, as the others are merged under the lock.
"""

from functools import partial
from threading import Barrier, current_thread

import pytest

from kitchen import services as kitchen_services
from kitchen.models import LOAD, Kitchen, KitchenQuerySet, Ticket
from kitchen.services import settings
from orders import replay
from pizzeria.foundation import failpoints
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import FRIDAY_NIGHT

ROUNDS = 3
GUESTS, ROOM, LOWERED = 8, 6, 4  # ROOM and LOWERED: above the current load

pytestmark = pytest.mark.django_db(transaction=True)


def lower(kitchen, manager, *, to):
    kitchen_services.change_capacity(
        kitchen=kitchen, max_concurrent_orders=to, oven_slots=5, max_open_pizzas=None, by=manager, at=FRIDAY_NIGHT
    )
    return "lowered"


def load():
    return Ticket.objects.filter(state__in=LOAD).count()


def room():
    return Kitchen.objects.get().max_concurrent_orders


def test_the_capacity_is_never_below_the_load_when_a_manager_lowers_it_while_guests_order(kitchen, manager):
    """Room for six more orders, eight guests, and a manager who wants room for four: the first transactions decide."""
    for _round in range(ROUNDS):
        before = load()
        Kitchen.objects.update(max_concurrent_orders=before + ROOM)
        baskets = [shop.basket_of() for _ in range(GUESTS)]
        total = shop.total_of(baskets[0])
        barrier = partial(Barrier(GUESTS + 1).wait, timeout=THREAD_TIMEOUT)

        with (
            failpoints.armed("orders.place_order.before_kitchen", barrier),
            failpoints.armed("kitchen.change_capacity.begun", barrier),
        ):
            outcomes = all_at_once(
                [
                    *(partial(shop.place, basket, shown_total=total) for basket in baskets),
                    partial(lower, kitchen, manager, to=before + LOWERED),
                ]
            )

        # No ticket leaves the queue meanwhile: had the load been too high at any commit, it still would be.
        lowered = outcomes[-1] == "lowered"
        assert lowered or outcomes[-1].code == "capacity_too_low"
        assert room() == before + (LOWERED if lowered else ROOM)
        assert load() == room()
    assert list(replay.differences()) == []


def test_control_without_the_lock_the_capacity_is_lowered_below_the_load_of_new_orders(kitchen, manager, monkeypatch):
    """The manager's command counts no tickets, three guests order, the manager's change is written."""
    writes, locks, managers_thread = settings.record, KitchenQuerySet.for_update, current_thread()

    def guests_order_before_it_is_written(line, *domain_events, **about):
        all_at_once([shop.place] * 3)
        return writes(line, *domain_events, **about)

    def not_by_the_manager(kitchens):
        return kitchens if current_thread() is managers_thread else locks(kitchens)

    monkeypatch.setattr(KitchenQuerySet, "for_update", not_by_the_manager)
    monkeypatch.setattr(settings, "record", guests_order_before_it_is_written)

    assert lower(kitchen, manager, to=2) == "lowered"
    assert load() == 3 > room()


# --- Two limits at once ---


def limits():
    kitchen = Kitchen.objects.get()
    return kitchen.max_concurrent_orders, kitchen.oven_slots


def change_at_once(kitchen, manager, *changes):
    """Change limits by several programs at once: all have begun before the first has the lock."""
    barrier = partial(Barrier(len(changes)).wait, timeout=THREAD_TIMEOUT)
    change = partial(kitchen_services.change_capacity, kitchen=kitchen, by=manager, at=FRIDAY_NIGHT)
    with failpoints.armed("kitchen.change_capacity.begun", barrier):
        all_at_once([partial(change, **given) for given in changes])


def test_of_two_limits_that_two_programs_change_at_once_none_is_lost(kitchen, manager):
    for _round in range(ROUNDS):
        Kitchen.objects.update(max_concurrent_orders=20, oven_slots=5)

        change_at_once(kitchen, manager, {"max_concurrent_orders": 33}, {"oven_slots": 7})

        assert limits() == (33, 7)


def test_control_with_the_other_limits_as_they_were_read_before_the_lock_one_change_is_lost(kitchen, manager):
    read = {name: getattr(kitchen, name) for name in ("max_concurrent_orders", "oven_slots", "max_open_pizzas")}

    change_at_once(kitchen, manager, read | {"max_concurrent_orders": 33}, read | {"oven_slots": 7})

    assert limits() in ((33, 5), (20, 7))
