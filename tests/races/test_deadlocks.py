"""Guests order while cooks start and finish and the counter hands over, 8 threads, 500 orders: no deadlock."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connections, transaction

from kitchen import services as kitchen_line
from kitchen.models import Kitchen, State, Ticket
from orders import replay
from orders import services as front_desk
from orders.models import Order, Status
from orders.services import locks
from pizzeria.foundation.events.models import Event
from pizzeria.foundation.refusals import Refusal
from tests import shop
from tests.races.crowd import all_at_once
from tests.shop import FRIDAY_NIGHT

ORDERS = 500
GUESTS, COOKS = 3, 5

pytestmark = pytest.mark.django_db(transaction=True)


def test_never_happen_from_the_menu_to_the_counter(kitchen, chef):
    Kitchen.objects.update(cooking_places=ORDERS, max_concurrent_orders=ORDERS)
    shift = Shift(chef)

    with ThreadPoolExecutor(max_workers=GUESTS + COOKS) as people:
        guests = [people.submit(shift.guest, share) for share in _shares(ORDERS, GUESTS)]
        cooks = [people.submit(shift.cook) for _ in range(COOKS)]
        for person in guests + cooks:
            person.result(timeout=300)  # a deadlock, or any fault, is raised here

    assert Order.objects.filter(status=Status.DELIVERED).count() == ORDERS
    assert Ticket.objects.filter(state=State.GONE).count() == ORDERS
    assert Event.objects.filter(stream="order").count() == 5 * ORDERS
    assert list(replay.differences()) == []


class Shift:
    """Guests hang tickets up, cooks take every ticket through its steps; two cooks race for each step."""

    def __init__(self, chef):
        self.chef = chef
        self.steps = queue.SimpleQueue()
        self.handed_over = 0
        self.counting = threading.Lock()

    def guest(self, share):
        try:
            for _ in range(share):
                order = shop.place()
                for _cook in range(2):
                    self.steps.put((0, order.ref))
        finally:
            connections.close_all()

    def cook(self):
        trip = [kitchen_line.start_cooking, kitchen_line.finish_ticket, front_desk.hand_over]
        try:
            while self.handed_over < ORDERS:
                try:
                    step, ref = self.steps.get(timeout=0.2)
                except queue.Empty:
                    continue
                try:
                    trip[step](ref=ref, by=self.chef, at=FRIDAY_NIGHT)
                except Refusal:
                    continue  # the other cook was first
                if step == 2:
                    with self.counting:
                        self.handed_over += 1
                else:
                    for _cook in range(2):
                        self.steps.put((step + 1, ref))
        finally:
            connections.close_all()


def _shares(total, people):
    return [total // people + (person < total % people) for person in range(people)]


def test_control_locking_the_order_before_the_kitchen_deadlocks(kitchen, placed_order):
    """Two steps on one order that take the two locks in different orders: PostgreSQL has to end one of them."""
    both_hold_one = Barrier(2)

    def kitchen_first():
        with transaction.atomic():
            kitchen_line.lock(kitchen.pk)
            both_hold_one.wait(timeout=10)
            locks.lock(placed_order.ref)

    def order_first():
        with transaction.atomic():
            locks.lock(placed_order.ref)
            both_hold_one.wait(timeout=10)
            kitchen_line.lock(kitchen.pk)

    with pytest.raises(OperationalError, match="deadlock detected"):
        all_at_once([kitchen_first, order_first])
