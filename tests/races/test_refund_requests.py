"""
Two refunds of the same items at once, and a refund against a cancel: nothing is given back twice.

The order's lock decides who is first. Without it both managers find the items left. For refunds that are due at once
the order's own numbering of events then stops one with an error; for those that wait nothing does.
"""

from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from orders import replay
from orders import services as order_services
from orders.models import CancelReason
from orders.models.order import OrderQuerySet
from orders.payments import services as payment_services
from orders.payments.models import Refund, RefundRequest
from orders.payments.services import refund_requests
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import Refusal
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.orders.payments.refund_helpers import COLA, PIZZA, now, paid_by_card, paid_in_cash, request
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

ROUNDS = 5

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


@pytest.fixture
def managers():
    return [shop.hire(MANAGER, first_name=name) for name in ("Marta", "Mario")]


@pytest.fixture
def all_have_read(monkeypatch):
    """Take the order's lock out, and make two managers wait for each other after reading what is left."""
    monkeypatch.setattr(OrderQuerySet, "for_update", without_lock)
    barrier, read = Barrier(2), refund_requests.refundable_of

    def read_and_wait(order):
        refundable = read(order)
        barrier.wait(timeout=THREAD_TIMEOUT)
        return refundable

    monkeypatch.setattr(refund_requests, "refundable_of", read_and_wait)


def refund_both_colas(order, managers):
    """Refund both colas as each manager at the same moment; return the outcomes."""
    return all_at_once([partial(request, order, {COLA: 2}, by=by, amount=Decimal("6.40")) for by in managers])


@pytest.mark.parametrize("limit", [0, 1], ids=["due at once", "waiting"])
def test_of_two_refunds_of_the_same_items_at_once_one_is_refused(managers, change_shop, limit):
    change_shop(refund_limit=Decimal(limit))

    outcomes = refund_both_colas(paid_in_cash(), managers)

    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]
    assert RefundRequest.objects.get().amount == Decimal("6.40")
    assert list(replay.differences()) == []


@pytest.mark.usefixtures("all_have_read")
def test_control_without_the_lock_the_numbers_of_the_events_stop_one_with_an_error(managers, change_shop):
    change_shop(refund_limit=Decimal(0))

    with pytest.raises(IntegrityError):
        refund_both_colas(paid_in_cash(), managers)

    assert Refund.objects.count() == 1


@pytest.mark.usefixtures("all_have_read")
def test_control_without_the_lock_the_same_items_wait_for_two_refunds(managers, change_shop):
    change_shop(refund_limit=Decimal(1))

    refund_both_colas(paid_in_cash(), managers)

    assert [each.items["units"] for each in RefundRequest.objects.all()] == [{"1": [0, 1]}] * 2


def test_of_two_approvals_at_once_one_is_refused(managers, change_shop):
    change_shop(refund_limit=Decimal(1))
    waiting = request(paid_in_cash(), {PIZZA: 1}, by=shop.hire(MANAGER))

    outcomes = all_at_once(
        [partial(payment_services.approve_refund, ref=waiting.ref, by=by, at=FRIDAY_NIGHT) for by in managers]
    )

    assert sorted(getattr(outcome, "code", "") for outcome in outcomes) == ["", "refund_request_decided"]
    assert Refund.objects.get().amount == Decimal("12.99")


def refund_against_cancel(order, manager, refund):
    """Refund a part of an order as a manager at the moment at which it is cancelled; return the outcomes."""
    cancel = partial(
        order_services.cancel_order, ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=FRIDAY_NIGHT
    )
    barrier = partial(Barrier(2).wait, timeout=THREAD_TIMEOUT)
    name = "request_refund" if refund.func is request else "approve_refund"
    with failpoints.armed("orders.cancel_order.begun", barrier), failpoints.armed(f"orders.{name}.begun", barrier):
        return all_at_once([refund, cancel])


@pytest.mark.parametrize("is_waiting", [False, True], ids=["requested", "approved"])
def test_an_order_that_is_refunded_and_cancelled_at_once_is_refunded_once_in_all(
    settings, managers, change_shop, is_waiting
):
    change_shop(refund_limit=Decimal(1) if is_waiting else Decimal(0))
    marta, mario = managers
    for _round in range(ROUNDS):
        order = paid_by_card(settings)
        refund = partial(request, order, {PIZZA: 1}, by=marta, amount=Decimal("12.99"))
        if is_waiting:
            refund = partial(payment_services.approve_refund, ref=refund().ref, by=mario, at=FRIDAY_NIGHT)

        refunded, cancelled = refund_against_cancel(order, marta, refund)

        assert not isinstance(cancelled, Refusal)
        amounts = [each.amount for each in Refund.objects.filter(attempt__order=order).order_by("pk")]
        expected = (
            [order.total] if isinstance(refunded, Refusal) else [Decimal("12.99"), order.total - Decimal("12.99")]
        )
        assert amounts == expected
        assert now(order).amount_kept == 0
        assert not RefundRequest.objects.waiting().exists()
    assert list(replay.differences()) == []


def test_control_without_the_lock_a_refund_and_a_cancel_get_in_each_others_way(settings, managers, monkeypatch):
    order = paid_by_card(settings)
    monkeypatch.setattr(OrderQuerySet, "for_update", without_lock)
    barrier, both_have_read = Barrier(2), refund_requests.lock_order

    def read_and_wait(ref):
        found = both_have_read(ref)
        barrier.wait(timeout=THREAD_TIMEOUT)
        return found

    monkeypatch.setattr(refund_requests, "lock_order", read_and_wait)
    monkeypatch.setattr("orders.services.cancellation.lock_order", read_and_wait)
    refund = partial(request, order, {PIZZA: 1}, by=managers[0], amount=Decimal("12.99"))

    with pytest.raises(IntegrityError):
        refund_against_cancel(order, managers[0], refund)
