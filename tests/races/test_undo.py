"""
A handover undone twice at once is undone once; and an undo leaves no notification of the step that is still to be sent.

With the locks taken out, the second undo breaks at the log's numbering instead of being refused; and a notification
that is being created during the undo stays.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import IntegrityError

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import KitchenQuerySet
from orders import replay
from orders import services as order_services
from orders.models.order import OrderQuerySet
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationState
from orders.notifications.services import creation
from orders.selectors import order as order_selectors
from orders.services import undo as undo_services
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import ZERO
from tests import shop
from tests.races.concurrency import (
    THREAD_TIMEOUT,
    a_session_waits_for_a_lock,
    all_at_once,
    with_a_connection,
    without_lock,
)
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

COOKS = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen", "message_sinks")]


@pytest.fixture(autouse=True)
def _time_to_wait_for_locks(settings):
    settings.SHOP_UNDO_SECONDS = 60


@pytest.fixture
def ready_order(placed_order, chef):
    return shop.cooked(placed_order, by=chef)


def take_locks_out(monkeypatch):
    for locking in (KitchenQuerySet, OrderQuerySet):
        monkeypatch.setattr(locking, "for_update", without_lock)


@pytest.fixture
def undone_at_once(ready_order, chef):
    """Return a function that undoes a handover several times at once; returns the kinds of the outcomes."""
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    def undo():
        try:
            return order_services.undo_hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
        except IntegrityError as fault:
            return fault

    return lambda: Counter(type(outcome).__name__ for outcome in all_at_once([undo] * COOKS))


def test_a_handover_that_is_undone_many_times_at_once_is_undone_once(ready_order, undone_at_once):
    assert undone_at_once() == {"Order": 1, TooLateToUndo.__name__: COOKS - 1}

    ready_order.refresh_from_db()
    assert (ready_order.status, ready_order.paid) == ("ready", ZERO)
    assert list(replay.differences()) == []


def test_control_without_the_locks_only_the_numbering_of_the_log_keeps_it_from_being_undone_twice(
    undone_at_once, monkeypatch
):
    take_locks_out(monkeypatch)
    all_have_looked = Barrier(COOKS)

    def look(ref):
        step = order_selectors.last_step(ref)
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        return step

    monkeypatch.setattr(undo_services, "last_step", look)

    outcomes = undone_at_once()

    assert (outcomes["Order"], outcomes["IntegrityError"]) == (1, COOKS - 1)
    assert StoredEvent.objects.filter(type="order.step_undone.v1").count() == 1


@pytest.fixture
def undone_during_creation(ready_order, chef, monkeypatch):
    """
    Return a function that undoes a finish while its notifications are being created.

    The creation goes on once `is_waiting(task)` is true for the undo.
    """

    def undo(is_waiting):
        is_creating, may_go_on = Event(), Event()
        is_reachable = creation.is_reachable

        def ask_slowly(*arguments):
            is_creating.set()
            assert may_go_on.wait(timeout=THREAD_TIMEOUT)
            return is_reachable(*arguments)

        monkeypatch.setattr(creation, "is_reachable", ask_slowly)
        ready = StoredEvent.objects.get(type="order.ready.v1")
        with ThreadPoolExecutor(2) as threads:
            create = partial(notification_services.create_notifications, event_id=ready.pk, at=FRIDAY_NIGHT)
            first = threads.submit(with_a_connection(create))
            assert is_creating.wait(timeout=THREAD_TIMEOUT)
            undo = partial(kitchen_services.undo_step, ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
            second = threads.submit(with_a_connection(undo))
            until(lambda: is_waiting(second))
            may_go_on.set()
            first.result()
            second.result()
        return set(Notification.objects.filter(kind="ready").values_list("state", flat=True))

    return undo


def test_an_undo_waits_for_the_creation_of_notifications_and_expires_them(undone_during_creation):
    assert undone_during_creation(lambda _undo: a_session_waits_for_a_lock()) == {NotificationState.EXPIRED}


def test_control_without_the_lock_a_notification_of_an_undone_step_stays_to_be_sent(
    undone_during_creation, monkeypatch
):
    monkeypatch.setattr(OrderQuerySet, "for_update", without_lock)

    assert undone_during_creation(lambda undo: undo.done()) == {NotificationState.QUEUED}
