from datetime import timedelta
from itertools import pairwise

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders.models import Order
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def one_place(kitchen):
    """Return three orders, promised one after the other, of a kitchen with one oven slot."""
    Kitchen.objects.update(oven_slots=1)
    return [shop.place() for _ in range(3)]


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


def test_a_promise_that_can_still_be_kept_is_not_changed(one_place, chef):
    kitchen_services.start_cooking(ref=one_place[0].ref, by=chef, at=minutes(5))

    assert not StoredEvent.objects.filter(type="order.promise_changed.v1").exists()


def test_a_promise_whose_end_cannot_be_kept_is_extended(one_place, chef):
    before = [(order.promise_from, order.promise_until) for order in one_place]

    kitchen_services.start_cooking(ref=one_place[0].ref, by=chef, at=minutes(15))

    now = [(order.promise_from, order.promise_until) for order in Order.objects.order_by("id")]
    assert [(start - FRIDAY_NIGHT).total_seconds() / 60 for start, _ in before] == [10, 18, 26]
    assert [(start - FRIDAY_NIGHT).total_seconds() / 60 for start, _ in now] == [25, 33, 41]
    assert StoredEvent.objects.filter(type="order.promise_changed.v1", actor="system").count() == 3


def test_an_extended_promise_is_twice_as_wide_as_the_missed_one(one_place, chef):
    kitchen_services.start_cooking(ref=one_place[0].ref, by=chef, at=minutes(15))

    widths = {order.promise_until - order.promise_from for order in Order.objects.all()}
    assert widths == {timedelta(minutes=20)}


def test_the_promise_of_an_order_that_is_never_started_is_extended_less_and_less_often(one_place):
    for minute in range(0, 8 * 60, 5):
        kitchen_services.recalculate_promises(kitchen=Kitchen.objects.get(), by=SYSTEM, at=minutes(minute))

    slipped = StoredEvent.objects.filter(type="order.promise_changed.v1", aggregate_ref=one_place[0].ref)
    times = list(slipped.order_by("seq").values_list("at", flat=True))
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) == 5
    assert all(later > earlier for earlier, later in pairwise(pauses))


def test_an_extended_promise_that_can_be_kept_is_not_extended_again(one_place, chef):
    kitchen_services.start_cooking(ref=one_place[0].ref, by=chef, at=minutes(15))
    kitchen_services.finish_ticket(ref=one_place[0].ref, by=chef, at=minutes(23))

    assert StoredEvent.objects.filter(type="order.promise_changed.v1").count() == 3


def test_recalculating_promises_extends_missed_ones_without_a_change_of_the_queue(one_place):
    kitchen_services.recalculate_promises(kitchen=Kitchen.objects.get(), by=SYSTEM, at=minutes(15))

    assert StoredEvent.objects.filter(type="order.promise_changed.v1").count() == 3


def test_the_missed_promise_of_a_ready_delivery_that_waits_for_a_driver_is_extended(kitchen, chef):
    brought = shop.place(method=FulfillmentMethod.DELIVERY, contact=shop.AT_HOME)
    shop.cooked(brought, by=chef)

    kitchen_services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=minutes(120))

    brought.refresh_from_db()
    assert brought.promise_from == minutes(120 + 2 + 20)


def test_the_promise_of_a_pickup_order_is_not_extended_once_it_is_ready(placed_order, kitchen, chef):
    shop.cooked(placed_order, by=chef)

    kitchen_services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=minutes(120))

    assert not StoredEvent.objects.filter(type="order.promise_changed.v1").exists()


def test_recalculating_promises_does_not_change_the_board_version(one_place, kitchen):
    kitchen.refresh_from_db()

    kitchen_services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=minutes(15))

    assert Kitchen.objects.get().version == kitchen.version
