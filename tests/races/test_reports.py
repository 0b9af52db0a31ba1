"""A change that happens while its day is rebuilt is never lost: neither its mark nor the rebuild that follows."""

from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import IntegrityError

from orders import services as order_services
from orders.models import CancelReason
from orders.reports import selectors, services
from orders.reports.models import DirtyDay, HourSums
from orders.reports.periods import Period
from orders.reports.services import rebuilding
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from tests import waiting
from tests.races.concurrency import THREAD_TIMEOUT, a_session_waits_for_a_lock, all_at_once
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db(transaction=True)

FRIDAY = FRIDAY_NIGHT.date()
NOON = FRIDAY_NIGHT + timedelta(hours=16)
REBUILDERS = 4


def rebuild():
    services.rebuild_day(day=FRIDAY, by=SYSTEM, at=NOON)


def cancel_while_rebuilding(order, *, go_on_when):
    """
    Rebuild the order's day, and cancel the order after the source was read and before the rebuild is committed.

    :param go_on_when: takes the event that is set once the cancelled order's day is marked; when it returns, the
        rebuild is committed
    """
    source_is_read, is_marked = Event(), Event()

    def pause():
        source_is_read.set()
        go_on_when(is_marked)

    def cancel():
        assert source_is_read.wait(timeout=THREAD_TIMEOUT)
        order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=NOON)
        services.mark_days_of_orders([order.ref], at=NOON)
        is_marked.set()

    services.mark_days([FRIDAY], at=NOON)
    with failpoints.armed("reports.rebuild.built", pause):
        all_at_once([rebuild, cancel])


def orders_on_friday():
    return selectors.overview(Period(FRIDAY, FRIDAY), at=NOON).orders


def test_an_order_that_is_cancelled_while_its_day_is_rebuilt_marks_the_day_again(placed_order):
    cancel_while_rebuilding(
        placed_order,
        go_on_when=lambda is_marked: waiting.until(lambda: is_marked.is_set() or a_session_waits_for_a_lock()),
    )

    assert HourSums.objects.get().orders == 1, "the rebuild has read the source before"
    assert DirtyDay.objects.get().business_date == FRIDAY
    assert orders_on_friday() == 0
    rebuild()
    assert (HourSums.objects.get().orders, DirtyDay.objects.count()) == (0, 0)


def test_control_a_mark_that_is_taken_after_the_source_was_read_is_lost(placed_order, monkeypatch):
    take_mark = rebuilding.take_mark
    monkeypatch.setattr(rebuilding, "take_mark", lambda _day: None)

    def then_take_it(is_marked):
        assert is_marked.wait(timeout=THREAD_TIMEOUT)
        take_mark(FRIDAY)

    cancel_while_rebuilding(placed_order, go_on_when=then_take_it)

    assert not DirtyDay.objects.exists()
    assert orders_on_friday() == 1, "the report goes on to count an order that is cancelled"


def test_four_rebuilds_of_a_day_at_once_build_it_once_after_another(placed_order):
    all_at_once([rebuild] * REBUILDERS)

    assert HourSums.objects.get().orders == 1


def test_control_without_the_lock_rebuilds_of_a_day_at_once_fail(placed_order, monkeypatch):
    monkeypatch.setattr(rebuilding, "lock_day", lambda _day: None)
    both_have_begun = Barrier(2)

    def wait():
        both_have_begun.wait(timeout=THREAD_TIMEOUT)

    with failpoints.armed("reports.rebuild.mark_taken", wait), pytest.raises(IntegrityError):
        all_at_once([rebuild] * 2)
