"""
A busy evening: guests order and cancel, cooks cook and recall, drivers deliver, a manager interferes.

Eight threads, of which at least two work on each order at the same time, and not one deadlock.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from queue import SimpleQueue
from random import Random
from threading import Barrier

import pytest
from django.db import OperationalError, transaction

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order, PaymentMethod
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.refusals import Refusal
from pizzeria.users.roles import DRIVER, MANAGER
from tests import shop
from tests.length import by_length
from tests.orders import state_machine as table
from tests.orders.payments.refund_helpers import request_refund
from tests.orders.random_walk import payment_fails, payment_succeeds
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

ORDERS = by_length(60, long=500)
GUESTS, COOKS, DRIVERS = 2, 3, 2  # and a manager
INTERFERENCES = 30

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.long
def test_no_deadlock_happens_when_eight_threads_run_every_command_on_the_same_orders(kitchen, chef, settings):
    settings.SHOP_UNDO_SECONDS = 60  # the threads wait for each other's locks
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"  # so that cards are offered; nothing is asked
    Kitchen.objects.update(oven_slots=ORDERS, max_concurrent_orders=ORDERS)
    drivers = [shop.hire(DRIVER) for _ in range(DRIVERS)]
    evening = Evening(kitchen, chef, shop.hire(MANAGER), drivers)

    with ThreadPoolExecutor(max_workers=GUESTS + COOKS + DRIVERS + 1) as people:
        guests = [people.submit(evening.guest) for _ in range(GUESTS)]
        cooks = [people.submit(evening.cook) for _ in range(COOKS)]
        on_the_road = [people.submit(evening.drive, driver) for driver in drivers]
        office = people.submit(evening.manage)
        wait(guests)
        close(evening.to_cook, COOKS)
        wait(cooks)
        close(evening.to_bring, DRIVERS)
        for person in [*guests, *cooks, *on_the_road, office]:
            person.result()  # raises a deadlock or any other exception

    done = Counter(evening.done)
    assert set(done) == {"place", *table.OF_AN_ORDER, *table.OF_THE_KITCHEN}  # every command was run
    orders = dict(Order.objects.values_list("ref", "status"))
    assert dict(Ticket.objects.values_list("ref", "state")) == {ref: table.TICKET[orders[ref]] for ref in orders}
    load = sum(status in table.LOAD for status in orders.values())
    assert kitchen_selectors.board(Kitchen.objects.get(), at=FRIDAY_NIGHT).load.orders == load
    assert len(orders) == done["place"]
    assert list(replay.differences()) == []


class Evening:
    """
    The threads' work and the queues between them.

    A guest queues each order for two cooks, and each of these queues a delivery for a driver, so that two threads race
    for it. A thread that is refused goes on with its next step: another one was first.
    """

    def __init__(self, kitchen, chef, manager, drivers):
        self.kitchen, self.chef, self.manager, self.drivers = kitchen, chef, manager, drivers
        self.to_cook, self.to_bring = SimpleQueue(), SimpleQueue()
        self.placed = []
        self.done = []

    def do(self, command, *, by, **asked):
        """Run a command; return its result, or None if it is refused."""
        try:
            outcome = command(**asked, by=by, at=FRIDAY_NIGHT)
        except Refusal:
            return None
        self.done.append(command.__name__)
        return outcome

    @with_a_connection
    def guest(self):
        for nth in range(ORDERS // GUESTS):
            order = until(partial(self.place, nth), seconds=THREAD_TIMEOUT)  # repeated while the kitchen is paused
            self.placed.append(order)
            for _cook in range(2):
                self.to_cook.put(order)
            by = shop.with_link(order)
            self.do(order_services.change_notes, by=by, ref=order.ref, notes="Cut it", allergies="Nuts")
            if nth % 5 == 0:
                self.do(order_services.cancel_order, by=by, ref=order.ref, reason=CancelReason.CHANGED_MIND)

    def place(self, nth):
        return self.do(
            shop.place,
            by=GUEST,
            method=FulfillmentMethod.DELIVERY if nth % 3 else FulfillmentMethod.PICKUP,
            payment_method=PaymentMethod.CASH if nth % 4 else PaymentMethod.CREDIT_CARD,
        )

    @with_a_connection
    def cook(self):
        for order in iter(self.to_cook.get, None):
            if order.is_by_card:  # whichever thread is first settles it, as webhook and sweeper do
                self.do(payment_succeeds if order.number % 4 else payment_fails, by=SYSTEM, ref=order.ref)
            self.do(kitchen_services.mark_seen, by=self.chef, ref=order.ref)
            if order.number % 4 == 1:
                self.do(kitchen_services.hold_ticket, by=self.chef, ref=order.ref)
                self.do(kitchen_services.resume_ticket, by=self.chef, ref=order.ref)
                self.do(kitchen_services.prioritize_ticket, by=self.chef, ref=order.ref)
                self.do(kitchen_services.deprioritize_ticket, by=self.chef, ref=order.ref)
            self.do(kitchen_services.start_cooking, by=self.chef, ref=order.ref)
            self.do(kitchen_services.acknowledge_change, by=self.chef, ref=order.ref)
            self.do(kitchen_services.finish_ticket, by=self.chef, ref=order.ref)
            if order.number % 7 == 0:
                self.do(kitchen_services.undo_step, by=self.chef, ref=order.ref)
                self.do(kitchen_services.finish_ticket, by=self.chef, ref=order.ref)
            if order.number % 3 == 0:
                self.do(kitchen_services.recall_ticket, by=self.chef, ref=order.ref)
                self.do(kitchen_services.finish_ticket, by=self.chef, ref=order.ref)
            if order.method == FulfillmentMethod.PICKUP:
                self.do(order_services.hand_over, by=self.chef, ref=order.ref)
                self.do(order_services.undo_hand_over, by=self.chef, ref=order.ref)
                self.do(order_services.hand_over, by=self.chef, ref=order.ref)
                continue
            if order.number % 5 == 0:  # the manager interferes
                driver = self.drivers[0].user_id
                self.do(delivery_services.assign_delivery, by=self.manager, ref=order.ref, driver=driver)
            self.to_bring.put(order)

    @with_a_connection
    def drive(self, driver):
        for order in iter(self.to_bring.get, None):
            self.do(delivery_services.claim_delivery, by=driver, ref=order.ref)
            if order.number % 4 == 0:
                self.do(delivery_services.release_delivery, by=driver, ref=order.ref)
                self.do(delivery_services.claim_delivery, by=driver, ref=order.ref)
            self.do(delivery_services.leave_for_delivery, by=driver, ref=order.ref)
            if order.number % 2 == 0:
                self.do(delivery_services.fail_delivery, by=driver, ref=order.ref, reason=CancelReason.NOBODY_HOME)
                self.do(delivery_services.leave_for_delivery, by=driver, ref=order.ref)
            self.do(delivery_services.deliver, by=driver, ref=order.ref)
            self.do(delivery_services.undo_deliver, by=driver, ref=order.ref)
            self.do(delivery_services.deliver, by=driver, ref=order.ref)
            self.do(request_refund, by=self.manager, ref=order.ref)

    @with_a_connection
    def manage(self):
        dice = Random(1)
        until(lambda: self.placed, seconds=THREAD_TIMEOUT)
        for nth in range(INTERFERENCES):
            self.do(kitchen_services.pause, by=self.manager, kitchen=self.kitchen, reason="Too hot", until=None)
            self.do(kitchen_services.resume, by=self.manager, kitchen=self.kitchen)
            self.do(
                kitchen_services.change_capacity,
                by=self.manager,
                kitchen=self.kitchen,
                max_concurrent_orders=ORDERS + nth,
                oven_slots=ORDERS + nth,
                max_open_pizzas=None,
            )
            self.do(kitchen_services.join_queue, by=self.manager, kitchen=self.kitchen)
            self.do(kitchen_services.recalculate_promises, by=self.manager, kitchen=self.kitchen)
            if nth % 3 == 0:
                order = dice.choice(self.placed)
                by = shop.with_link(order, self.drivers[nth % 2])
                self.do(order_services.link_order_to_customer, by=by, ref=order.ref)
            if nth % 4 == 0:
                self.do(
                    order_services.cancel_order,
                    by=self.manager,
                    ref=dice.choice(self.placed).ref,
                    reason=CancelReason.CHANGED_MIND,
                )


def close(queue, readers):
    """End the threads that read from a queue."""
    for _reader in range(readers):
        queue.put(None)


def test_control_locking_the_order_before_the_kitchen_deadlocks(kitchen, placed_order):
    """Two transactions take the same two locks in different orders: PostgreSQL has to end one of them."""
    both_hold_one = Barrier(2)

    def kitchen_first():
        with transaction.atomic():
            Kitchen.objects.for_update().get(pk=kitchen.pk)
            both_hold_one.wait(timeout=THREAD_TIMEOUT)
            Order.objects.for_update().get(ref=placed_order.ref)

    def order_first():
        with transaction.atomic():
            Order.objects.for_update().get(ref=placed_order.ref)
            both_hold_one.wait(timeout=THREAD_TIMEOUT)
            Kitchen.objects.for_update().get(pk=kitchen.pk)

    with pytest.raises(OperationalError, match="deadlock detected"):
        all_at_once([kitchen_first, order_first])
