"""Eight cooks start eight tickets with five oven slots: five succeed; with the kitchen's lock taken out, all eight."""

from collections import Counter
from functools import partial
from threading import Barrier

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, KitchenQuerySet, Ticket, TicketState
from kitchen.services import cooking
from orders import replay
from orders.models import Order, OrderStatus
from pizzeria.foundation import failpoints
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

COOKS, PLACES = 8, 5

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(kitchen):
    """Place an order for each cook; return the orders."""
    return [shop.place() for _ in range(COOKS)]


def everybody_starts(waiting, chef):
    outcomes = all_at_once(
        partial(kitchen_services.start_cooking, ref=order.ref, by=chef, at=FRIDAY_NIGHT) for order in waiting
    )
    return Counter(getattr(outcome, "code", "started") for outcome in outcomes)


def test_eight_cooks_who_start_at_once_start_only_as_many_tickets_as_there_are_oven_slots(waiting, chef):
    assert Kitchen.objects.get().oven_slots == PLACES
    barrier = partial(Barrier(COOKS).wait, timeout=THREAD_TIMEOUT)

    with failpoints.armed("kitchen.start_cooking.begun", barrier):
        outcomes = everybody_starts(waiting, chef)

    assert outcomes == {"started": PLACES, "oven_slots_taken": COOKS - PLACES}
    assert Ticket.objects.filter(state=TicketState.COOKING).count() == PLACES
    assert Order.objects.filter(status=OrderStatus.COOKING).count() == PLACES
    assert list(replay.differences()) == []


def test_control_without_the_lock_every_cook_finds_the_same_oven_slot_free(waiting, chef, monkeypatch):
    original_check, all_have_checked = cooking._has_free_oven_slot, Barrier(COOKS)

    def check_and_wait(kitchen):
        free = original_check(kitchen)
        all_have_checked.wait(timeout=THREAD_TIMEOUT)
        return free

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(cooking, "_has_free_oven_slot", check_and_wait)

    assert everybody_starts(waiting, chef) == {"started": COOKS}
    assert Ticket.objects.filter(state=TicketState.COOKING).count() == COOKS > PLACES
