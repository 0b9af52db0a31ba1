"""
Eight drivers claim one delivery at once: one gets it, the others are refused.

With the order's lock taken out, all eight find it unclaimed. The log still accepts only one claim: each would write the
order's next event with the same sequence number, which is unique. So the delivery is never assigned twice, but the
other drivers get an IntegrityError instead of a refusal: the log ensures one driver, the lock a refusal.
"""

from collections import Counter
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from kitchen.models import FulfillmentMethod
from orders import replay
from orders.deliveries import services as delivery_services
from orders.models import Order
from pizzeria.foundation import failpoints
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.factories import UserFactory
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import FRIDAY_NIGHT

DRIVERS = 8

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(kitchen, chef):
    """Return a delivery that is out of the oven."""
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)


@pytest.fixture
def drivers(db):
    return [shop.acting_as(DRIVER, UserFactory().pk) for _ in range(DRIVERS)]


def claim(delivery, driver):
    try:
        return delivery_services.claim_delivery(ref=delivery.ref, by=driver, at=FRIDAY_NIGHT)
    except IntegrityError as fault:
        return fault


def assigned_to():
    """Return the drivers to whom it was assigned, by the log."""
    return [event.data["driver"] for event in StoredEvent.objects.filter(type="order.driver_assigned.v1")]


def test_of_eight_drivers_who_claim_one_delivery_at_once_only_one_gets_it(delivery, drivers):
    barrier = partial(Barrier(DRIVERS).wait, timeout=THREAD_TIMEOUT)

    with failpoints.armed("orders.claim_delivery.begun", barrier):
        outcomes = all_at_once(partial(claim, delivery, driver) for driver in drivers)

    assert Counter(getattr(outcome, "code", "has it") for outcome in outcomes) == {
        "has it": 1,
        "another_driver_has_it": DRIVERS - 1,
    }
    assert assigned_to() == [Order.objects.get().driver_id]
    assert list(replay.differences()) == []


def test_control_without_the_orders_lock_all_drivers_find_it_unclaimed_and_the_log_accepts_one(
    delivery, drivers, monkeypatch
):
    all_have_looked = Barrier(DRIVERS)

    def unlocked(ref):
        order = Order.objects.get(ref=ref)
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        return order

    monkeypatch.setattr("orders.deliveries.services.lock_order", unlocked)

    outcomes = all_at_once(partial(claim, delivery, driver) for driver in drivers)

    faults = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(faults) == DRIVERS - 1
    assert all("event_once_per_seq" in str(fault) for fault in faults)
    assert assigned_to() == [Order.objects.get().driver_id]
