"""
Several guests order at the same moment with a coupon that has one use left: exactly one of them gets it.

Without the coupon's lock they all find one use left. The database's constraint then stops all but one of them, with an
error instead of a sentence; without the constraint as well, each of them gets the discount.
"""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from orders import replay
from orders.models import Coupon, CouponUse, Order
from orders.models.coupon import CouponQuerySet
from orders.services.coupons import use_coupon
from tests import shop
from tests.factories import CouponFactory
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_constraint, without_lock

GUESTS = 5

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


def order_with_the_last_use():
    """Place orders of several guests at once, with a coupon that has one of three uses left; return the outcomes."""
    CouponFactory(code="LAST", max_uses=3, uses=2)
    baskets = [shop.basket_of() for _ in range(GUESTS)]
    total = shop.total_of(baskets[0]) - 5
    return all_at_once([partial(shop.place, basket, coupon="LAST", shown_total=total) for basket in baskets])


@pytest.fixture
def all_have_counted(monkeypatch):
    """Take the coupon's lock out, and make the guests wait for each other between counting its uses and using it."""
    monkeypatch.setattr(CouponQuerySet, "for_update", without_lock)
    barrier = Barrier(GUESTS)

    def use_after_the_others_have_counted(coupon, *, order):
        barrier.wait(timeout=THREAD_TIMEOUT)
        use_coupon(coupon, order=order)

    monkeypatch.setattr("orders.services.checkout.use_coupon", use_after_the_others_have_counted)


@pytest.fixture
def constraint_dropped():
    with without_constraint(Coupon, "coupon_not_used_too_often"):
        yield


def test_the_last_use_of_a_coupon_goes_to_exactly_one_of_many_guests():
    outcomes = order_with_the_last_use()

    placed = [outcome for outcome in outcomes if isinstance(outcome, Order)]
    refused = [outcome.message for outcome in outcomes if not isinstance(outcome, Order)]
    assert len(placed) == 1
    assert refused == ["This code has been used up."] * (GUESTS - 1)
    assert CouponUse.objects.get().order == placed[0]
    assert Coupon.objects.get().uses == 3
    assert list(replay.differences()) == []


@pytest.mark.usefixtures("all_have_counted")
def test_control_without_the_lock_the_constraint_stops_all_but_one_with_an_error():
    with pytest.raises(IntegrityError, match="coupon_not_used_too_often"):
        order_with_the_last_use()

    assert CouponUse.objects.count() == 1


@pytest.mark.usefixtures("constraint_dropped", "all_have_counted")
def test_control_without_lock_and_constraint_every_guest_gets_the_last_use():
    outcomes = order_with_the_last_use()

    assert all(isinstance(outcome, Order) for outcome in outcomes)
    assert Coupon.objects.get().uses == 2 + GUESTS
