"""
A manager lowers the capacity while guests order: at no commit is more in the line than it may hold.

With the kitchen's lock taken out, the manager lowers it below what was ordered while they looked.
"""

from functools import partial
from threading import Barrier

import pytest

from kitchen import services as kitchen_services
from kitchen.models import LOAD, Kitchen, Ticket
from kitchen.services import settings
from orders import replay
from pizzeria.foundation import failpoints
from tests import shop
from tests.races.crowd import PATIENCE, all_at_once
from tests.shop import FRIDAY_NIGHT

ROUNDS = 3
GUESTS, ROOM, LOWERED = 8, 6, 4  # over what is in the line already

pytestmark = pytest.mark.django_db(transaction=True)


def lower(kitchen, manager, *, to):
    kitchen_services.change_capacity(
        kitchen=kitchen, max_concurrent_orders=to, oven_slots=5, by=manager, at=FRIDAY_NIGHT
    )
    return "lowered"


def load():
    return Ticket.objects.filter(state__in=LOAD).count()


def room():
    return Kitchen.objects.get().max_concurrent_orders


def test_is_never_below_what_is_in_the_line(kitchen, manager):
    """Room for six more, eight guests, and a manager who wants room for four: who is first decides."""
    for _round in range(ROUNDS):
        before = load()
        Kitchen.objects.update(max_concurrent_orders=before + ROOM)
        baskets = [shop.basket_of() for _ in range(GUESTS)]
        total = shop.total_of(baskets[0])
        at_the_door = partial(Barrier(GUESTS + 1).wait, timeout=PATIENCE)

        with (
            failpoints.armed("orders.place_order.before_kitchen", at_the_door),
            failpoints.armed("kitchen.change_capacity.begun", at_the_door),
        ):
            outcomes = all_at_once(
                [
                    *(partial(shop.place, basket, shown_total=total) for basket in baskets),
                    partial(lower, kitchen, manager, to=before + LOWERED),
                ]
            )

        # Nothing leaves the line meanwhile: had it held too much at any commit, it still would.
        lowered = outcomes[-1] == "lowered"
        assert lowered or outcomes[-1].code == "capacity_too_low"
        assert room() == before + (LOWERED if lowered else ROOM)
        assert load() == room()
    assert list(replay.differences()) == []


def test_control_without_the_lock_it_is_lowered_below_what_came_in_meanwhile(kitchen, manager, monkeypatch):
    """The manager counts an empty line, three guests order, the manager's change is written."""
    writes = settings.record

    def guests_order_before_it_is_written(line, *domain_events, **about):
        all_at_once([shop.place] * 3)
        return writes(line, *domain_events, **about)

    monkeypatch.setattr(settings, "lock", lambda kitchen_id: Kitchen.objects.get(pk=kitchen_id))
    monkeypatch.setattr(settings, "record", guests_order_before_it_is_written)

    assert lower(kitchen, manager, to=2) == "lowered"
    assert load() == 3 > room()
