"""
Workers send the same refund at once: the money is given back once.

Two protections see to that, and each would do alone: of several workers one claims the refund, until its lease ends;
and the gateway gives back once per idempotency key. Without both the guest gets the money twice. What is refunded is
half of what was paid, as more than all of it Stripe itself refuses.

What really happened is read from the ledger of the stand-in for Stripe.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest

from orders import replay
from orders import services as order_services
from orders.models import CancelReason
from orders.payments import services as payment_services
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import FindingKind, ReconciliationFinding, Refund, RefundQuerySet, RefundState
from orders.payments.services import reconciliation
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.orders.payments.payment_helpers import (
    confirmed_by_card,
    events_of,
    now,
    pay,
    place_by_card,
    sync,
)
from tests.orders.payments.refund_helpers import PIZZA, request
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 2  # a third share of a half Stripe refuses


@pytest.fixture
def order(stripe):
    """Return an order of two Margheritas that was paid by card; one of them is to be refunded."""
    order = place_by_card(shop.basket_of(quantity=2, at=clock.now()))
    pay(stripe, order)
    order = sync(order)
    manager = replace(shop.hire(MANAGER), authenticated_at=clock.now())
    request(order, {PIZZA: 1}, by=manager, at=clock.now())
    return now(order)


@pytest.fixture
def sent(monkeypatch):
    """Return the idempotency keys with which the gateway is asked for refunds."""
    keys, refund_by_gateway = [], StripeGateway.refund

    def refund_noting_the_key(self, refund):
        keys.append(refund.idempotency_key)
        return refund_by_gateway(self, refund)

    monkeypatch.setattr(StripeGateway, "refund", refund_noting_the_key)
    return keys


@pytest.fixture
def another_key_each_time(monkeypatch, sent):
    """Ask with another idempotency key each time."""
    refund_by_gateway = StripeGateway.refund

    def refund_anew(self, refund):
        refund.idempotency_key = uuid7()
        return refund_by_gateway(self, refund)

    monkeypatch.setattr(StripeGateway, "refund", refund_anew)


@pytest.fixture
def all_have_claimed(monkeypatch):
    """Take the refund's lock out, and make the workers wait for each other between finding it due and claiming it."""
    monkeypatch.setattr(RefundQuerySet, "for_update", without_lock)
    barrier, find_first = Barrier(WORKERS), RefundQuerySet.first

    def find_and_wait(refunds):
        found = find_first(refunds)
        barrier.wait(timeout=THREAD_TIMEOUT)
        return found

    monkeypatch.setattr(RefundQuerySet, "first", find_and_wait, raising=False)


def send_at_once(order):
    """Send the order's refund by several workers at the same moment; return the order as it is then."""
    refund = Refund.objects.get(attempt__order=order)
    barrier = partial(Barrier(WORKERS).wait, timeout=THREAD_TIMEOUT)
    with failpoints.armed("orders.claim_refund.begun", barrier):
        all_at_once([partial(payment_services.sync_refund, refund_id=refund.pk, at=clock.now())] * WORKERS)
    return now(order)


def given_back(stripe, order):
    """Return the amounts that the gateway has given back of an order, in minor units."""
    return [refund.amount for refund in stripe.ledger.refunds() if refund.reference == str(order.ref)]


def test_a_refund_that_two_workers_send_at_once_is_asked_for_once_and_given_once(stripe, order, sent):
    order = send_at_once(order)

    assert len(sent) == 1
    assert given_back(stripe, order) == [1299]
    assert events_of(order)[-2:] == ["refund_requested", "refunded"]
    assert (order.refunded, Refund.objects.get().state) == (Decimal("12.99"), RefundState.DONE)
    assert list(replay.differences()) == []


@pytest.mark.usefixtures("another_key_each_time")
def test_the_lease_alone_keeps_two_workers_from_giving_a_refund_twice(stripe, order):
    assert given_back(stripe, send_at_once(order)) == [1299]


@pytest.mark.usefixtures("all_have_claimed")
def test_the_idempotency_key_alone_keeps_two_workers_from_giving_a_refund_twice(stripe, order, sent):
    order = send_at_once(order)

    assert len(sent) == WORKERS
    assert len(set(sent)) == 1
    assert given_back(stripe, order) == [1299]
    assert events_of(order).count("refunded") == 1


@pytest.mark.usefixtures("all_have_claimed", "another_key_each_time")
def test_control_without_lease_and_key_two_workers_give_a_refund_twice_and_the_shop_records_it_once(stripe, order):
    order = send_at_once(order)

    assert given_back(stripe, order) == [1299, 1299]
    assert (order.refunded, events_of(order).count("refunded")) == (Decimal("12.99"), 1)
    reconciliation.reconcile(now=clock.now)
    found = ReconciliationFinding.objects.filter(order=order).values_list("kind", flat=True)
    assert list(found) == [FindingKind.REFUNDED_NOT_CANCELLED]


def test_an_order_that_is_cancelled_by_many_at_once_is_refunded_once(stripe):
    order = confirmed_by_card(stripe)
    cancel = partial(
        order_services.cancel_order,
        ref=order.ref,
        reason=CancelReason.CHANGED_MIND,
        by=shop.with_link(order),
        at=clock.now(),
    )

    all_at_once([cancel] * 8)
    order = send_at_once(order)

    assert (order.refunded, given_back(stripe, order)) == (order.total, [1299])
    assert events_of(order).count("refunded") == 1
