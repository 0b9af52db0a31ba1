"""
Eight people with one order's link put it into their accounts at once: one gets it, for the others the link opens
nothing any more.

With the order's lock taken out, all eight find it without an owner. The log still accepts only one.
"""

from collections import Counter
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from orders import replay
from orders import services as order_services
from orders.models import Order
from pizzeria.foundation import failpoints
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import UserFactory
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import FRIDAY_NIGHT

PEOPLE = 8

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(db):
    return [shop.acting_as(CUSTOMER, UserFactory().pk) for _ in range(PEOPLE)]


def link(order, token, by):
    by = by.with_guest_token(token)
    try:
        return order_services.link_order_to_customer(ref=order.ref, by=by, at=FRIDAY_NIGHT)
    except IntegrityError as fault:
        return fault


def linked_to():
    """Return the customers to whom it was linked, by the log."""
    return [event.data["customer"] for event in StoredEvent.objects.filter(type="order.adopted.v1")]


def test_of_eight_people_with_one_order_link_only_one_gets_the_order_into_an_account(placed_order, people):
    token = placed_order.contact.guest_token
    barrier = partial(Barrier(PEOPLE).wait, timeout=THREAD_TIMEOUT)

    with failpoints.armed("orders.link_order_to_customer.begun", barrier):
        outcomes = all_at_once(partial(link, placed_order, token, actor) for actor in people)

    codes = Counter(getattr(outcome, "code", "has it") for outcome in outcomes)
    assert codes == {"has it": 1, "order_not_found": PEOPLE - 1}
    assert linked_to() == [str(Order.objects.get().customer.ref)]
    assert list(replay.differences()) == []


def test_control_without_the_orders_lock_all_find_it_without_an_owner_and_the_log_accepts_one(
    placed_order, people, monkeypatch
):
    token, all_have_looked = placed_order.contact.guest_token, Barrier(PEOPLE)

    def unlocked(ref):
        order = Order.objects.select_related("contact").get(ref=ref)
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        return order

    monkeypatch.setattr("orders.services.linking.lock_order", unlocked)

    outcomes = all_at_once(partial(link, placed_order, token, actor) for actor in people)

    faults = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(faults) == PEOPLE - 1
    assert all("event_once_per_seq" in str(fault) for fault in faults)
    assert linked_to() == [str(Order.objects.get().customer.ref)]
