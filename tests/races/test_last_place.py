"""32 guests order at once with capacity for one: one order is placed; with the kitchen's lock taken out, more."""

from collections import Counter
from functools import partial
from itertools import count
from threading import Barrier

import pytest

from kitchen.models import KitchenQuerySet, Ticket
from kitchen.services import booking
from orders.models import Order
from pizzeria.foundation import failpoints
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock

GUESTS = 32

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one_free_place(kitchen):
    """Return a kitchen with capacity for twenty orders, of which nineteen are placed."""
    for _ in range(19):
        shop.place()
    return kitchen


def everybody_orders():
    """Place all orders at once, synchronized again just before the kitchen's lock; count the outcomes."""
    baskets = [shop.basket_of() for _ in range(GUESTS)]
    total = shop.total_of(baskets[0])
    barrier = Barrier(GUESTS)
    with failpoints.armed("orders.place_order.before_kitchen", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
        outcomes = all_at_once([partial(shop.place, basket, shown_total=total) for basket in baskets])
    return Counter(getattr(outcome, "code", "ordered") for outcome in outcomes)


def test_exactly_one_of_32_guests_who_order_at_once_gets_the_last_free_place_in_the_queue(one_free_place):
    outcomes = everybody_orders()

    assert outcomes == {"ordered": 1, "kitchen_full": GUESTS - 1}
    assert Order.objects.count() == Ticket.objects.count() == 20
    assert sorted(Order.objects.values_list("number", flat=True)) == list(range(1, 21))


def test_control_without_the_lock_the_kitchen_is_oversold(one_free_place, monkeypatch):
    """Every thread has seen the free place before any of them takes it."""
    all_have_looked = Barrier(GUESTS)
    numbers = count(1000)  # each used once: otherwise the unique constraint would refuse some of the orders

    def number(kitchen, today):
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        kitchen.last_number = next(numbers)
        return today

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(booking, "_assign_next_number", number)

    assert everybody_orders() == {"ordered": GUESTS}
    assert Ticket.objects.count() == 19 + GUESTS
