"""
Orders for later, at once: guests and the last pizzas of a slot, joining the queue and cancelling.

The kitchen's lock keeps them exact. With it taken out, a slot is oversold, and a cancelled order is on the board.
"""

from collections import Counter
from functools import partial
from itertools import count
from threading import Barrier, Event

import pytest
from django.db.models import Sum

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, KitchenQuerySet, Ticket, TicketState
from kitchen.services import booking, queue
from orders import replay
from orders import services as order_services
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from tests import shop
from tests.kitchen.tickets import MINUTE
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

GUESTS, LIMIT, SOLD = 24, 12, 5  # two pizzas for each guest: three of them get theirs, and one pizza is left
ROUNDS = 20
AT_TEN = FRIDAY_NIGHT + 120 * MINUTE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slot(kitchen):
    """Sell some pizzas of a slot; return a query of the tickets that take theirs from it."""
    Kitchen.objects.update(max_slot_pizzas=LIMIT)
    shop.place(shop.basket_of(quantity=SOLD), wanted_at=AT_TEN)
    return Ticket.objects.exclude(state=TicketState.WITHDRAWN).filter(slot_at=AT_TEN - 15 * MINUTE)


def sold(slot):
    return slot.aggregate(sold=Sum("pizzas"))["sold"]


def everybody_orders():
    """Place all orders at once, synchronized again just before the kitchen's lock; count the outcomes."""
    baskets = [shop.basket_of(quantity=2) for _ in range(GUESTS)]
    total = shop.total_of(baskets[0])
    barrier = Barrier(GUESTS)
    with failpoints.armed("orders.place_order.before_kitchen", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
        outcomes = all_at_once([partial(shop.place, basket, shown_total=total, wanted_at=AT_TEN) for basket in baskets])
    return Counter(getattr(outcome, "code", "ordered") for outcome in outcomes)


def test_a_slot_sells_exactly_the_pizzas_that_are_left_to_guests_who_order_at_once(slot):
    outcomes = everybody_orders()

    assert outcomes == {"ordered": 3, "slot_full": GUESTS - 3}
    assert sold(slot) == SOLD + 6
    assert Order.objects.count() == Ticket.objects.count() == 4
    assert list(replay.differences()) == []


def test_control_without_the_lock_the_slot_is_oversold(slot, monkeypatch):
    """Every thread has seen the pizzas that are left before any of them takes them."""
    all_have_looked = Barrier(GUESTS)
    numbers = count(1000)  # each used once: otherwise the unique constraint would refuse some of the orders

    def number(kitchen, today):
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        kitchen.last_number = next(numbers)
        return today

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(booking, "_assign_next_number", number)

    assert everybody_orders() == {"ordered": GUESTS}
    assert sold(slot) == SOLD + 2 * GUESTS > LIMIT


def test_pizzas_that_are_cancelled_while_others_order_are_sold_once(slot):
    """The order that has all but one pizza of the slot is cancelled, while guests order two each."""
    first = Order.objects.get()
    baskets = [shop.basket_of(quantity=2) for _ in range(GUESTS)]
    total = shop.total_of(baskets[0])
    cancel = partial(
        order_services.cancel_order,
        ref=first.ref,
        reason=CancelReason.CHANGED_MIND,
        by=shop.with_link(first),
        at=FRIDAY_NIGHT,
    )

    outcomes = all_at_once(
        [cancel, *(partial(shop.place, basket, shown_total=total, wanted_at=AT_TEN) for basket in baskets)]
    )

    ordered = sum(not hasattr(outcome, "code") for outcome in outcomes[1:])
    assert 3 <= ordered <= 6  # six from the whole slot; three of them before the first order is cancelled
    assert sold(slot) == 2 * ordered <= LIMIT


def steps(order, *, joins_at):
    """Return the guest's step, and that of the periodic task."""

    def cancel():
        by = shop.with_link(order)
        order_services.cancel_order(ref=order.ref, reason=CancelReason.CHANGED_MIND, by=by, at=joins_at)

    def join():
        kitchen_services.join_queue(kitchen=order.kitchen, by=SYSTEM, at=joins_at)

    return cancel, join


def test_an_order_that_is_cancelled_while_it_joins_the_queue_is_withdrawn(kitchen):
    Kitchen.objects.update(max_slot_pizzas=LIMIT, max_concurrent_orders=ROUNDS)
    barrier = partial(Barrier(2).wait, timeout=THREAD_TIMEOUT)

    with (
        failpoints.armed("orders.cancel_order.begun", barrier),
        failpoints.armed("kitchen.join_queue.begun", barrier),
    ):
        for _round in range(ROUNDS):
            order = shop.place(wanted_at=AT_TEN)
            all_at_once(steps(order, joins_at=AT_TEN - 20 * MINUTE))

    assert set(Ticket.objects.values_list("state", flat=True)) == {TicketState.WITHDRAWN}
    assert set(Order.objects.values_list("status", flat=True)) == {OrderStatus.CANCELLED}
    assert list(replay.differences()) == []


def test_control_without_the_kitchens_lock_a_cancelled_order_joins_the_queue(kitchen, monkeypatch):
    """The task reads the ticket, the guest cancels, the task goes on."""
    Kitchen.objects.update(max_slot_pizzas=LIMIT)
    order = shop.place(wanted_at=AT_TEN)
    cancel, join = steps(order, joins_at=AT_TEN - 20 * MINUTE)
    has_read, has_cancelled, original = Event(), Event(), queue.set_state

    def set_slowly(ticket, state, **about):
        if state == TicketState.WAITING:
            has_read.set()
            assert has_cancelled.wait(timeout=THREAD_TIMEOUT)
        original(ticket, state, **about)

    def cancel_meanwhile():
        assert has_read.wait(timeout=THREAD_TIMEOUT)
        cancel()
        has_cancelled.set()

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(queue, "set_state", set_slowly)
    all_at_once([cancel_meanwhile, join])

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert Ticket.objects.get().state == TicketState.WAITING
