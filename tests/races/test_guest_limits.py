"""Guests behind one address order at once: their share needs no proof. It is counted under the kitchen's lock."""

from collections import Counter
from dataclasses import replace
from functools import partial
from threading import Barrier, local

import pytest

from orders.models import Order
from orders.selectors import guest_limits
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import GUEST
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import ANNA

GUESTS, SHARE = 12, 5  # a quarter of twenty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _limits(kitchen, change_shop):
    change_shop(guest_share_percent=25)


def everybody_orders(before_the_lock):
    """Place all orders at once; count the outcomes. Each thread calls `before_the_lock` just before it locks."""
    office, baskets = GUEST.with_client("the office"), [shop.basket_of() for _ in range(GUESTS)]
    total = shop.total_of(baskets[0])
    contacts = [replace(ANNA, phone=f"+3933312345{number:02}") for number in range(GUESTS)]
    with failpoints.armed("orders.place_order.before_kitchen", before_the_lock):
        outcomes = all_at_once(
            [
                partial(shop.place, basket, contact=contact, shown_total=total, by=office)
                for basket, contact in zip(baskets, contacts, strict=True)
            ]
        )
    return Counter(getattr(outcome, "code", "ordered") for outcome in outcomes)


def test_of_twelve_guests_behind_one_address_who_order_at_once_five_need_no_proof():
    outcomes = everybody_orders(partial(Barrier(GUESTS).wait, timeout=THREAD_TIMEOUT))

    assert outcomes == {"ordered": SHARE, "proof_required": GUESTS - SHARE}
    assert Order.objects.count() == SHARE


def test_control_counted_before_the_lock_all_of_them_get_through(monkeypatch):
    all_have_counted, thread = Barrier(GUESTS), local()

    def count_and_wait():
        thread.seen = list(Order.objects.filter(number__isnull=False).values_list("pk", flat=True))
        all_have_counted.wait(timeout=THREAD_TIMEOUT)

    monkeypatch.setattr(guest_limits, "_guest_orders", lambda orders, _at: orders.filter(pk__in=thread.seen))

    assert everybody_orders(count_and_wait) == {"ordered": GUESTS}
