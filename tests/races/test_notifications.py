"""
One notification, created by several threads at once and sent by several threads at once: created once, sent once.

With the unique constraint taken out, each thread creates it; with the lock taken out, each thread sends it.
A later one of the same order waits while an earlier one is claimed; with the lock taken out, both are claimed at once.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest

from orders.models.order import OrderQuerySet
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationQuerySet, NotificationState
from orders.notifications.services import delivery as notification_delivery
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.orders.notifications.notification_helpers import claim_to_send, newest
from tests.races.concurrency import (
    THREAD_TIMEOUT,
    a_session_waits_for_a_lock,
    all_at_once,
    with_a_connection,
    without_lock,
)
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

WORKERS = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen", "message_sinks")]


@pytest.fixture
def hear():
    """Return a function that creates the notifications of a confirmed order."""
    event = StoredEvent.objects.get(aggregate_ref=shop.place().ref, type="order.confirmed.v1")
    return partial(notification_services.create_notifications, event_id=event.pk, at=FRIDAY_NIGHT)


@pytest.fixture
def notification():
    return newest(shop.place(), NotificationChannel.SMS)


def test_eight_threads_that_handle_one_event_at_once_create_its_notifications_once(hear):
    returned = all_at_once([hear] * WORKERS)

    assert Notification.objects.count() == 2
    assert {tuple(notification.pk for notification in created) for created in returned} == {
        tuple(Notification.objects.order_by("pk").values_list("pk", flat=True))
    }


def test_control_without_the_unique_constraint_each_thread_creates_the_notifications(without_unique_constraint, hear):
    all_at_once([hear] * WORKERS)

    assert Notification.objects.count() == 2 * WORKERS


def test_eight_threads_that_send_one_notification_at_once_send_it_once(notification, message_sinks):
    all_at_once(
        [partial(notification_services.send_notification, notification_id=notification.pk, at=FRIDAY_NIGHT)] * WORKERS
    )

    notification.refresh_from_db()
    assert (notification.state, notification.attempts) == (NotificationState.SENT, 1)
    assert len(message_sinks.messages()) == 1


def test_control_without_the_lock_each_thread_sends_the_notification(notification, message_sinks, monkeypatch):
    all_have_looked = Barrier(WORKERS)

    def look(notification, *, later, at):
        all_have_looked.wait(timeout=THREAD_TIMEOUT)
        return ""

    take_locks_out(monkeypatch)
    monkeypatch.setattr(notification_delivery, "reason_not_to_send", look)

    all_at_once(
        [partial(notification_services.send_notification, notification_id=notification.pk, at=FRIDAY_NIGHT)] * WORKERS
    )

    assert len(message_sinks.messages()) == WORKERS


def take_locks_out(monkeypatch):
    """Take out the locks of a claim: on the order, and on its notifications."""
    for locking in (NotificationQuerySet, OrderQuerySet):
        monkeypatch.setattr(locking, "for_update", without_lock)


@pytest.fixture
def claimed_in_turn(chef, no_undo, monkeypatch):
    """
    Return a function that claims a later notification during the transaction that claims an earlier one, to send it.

    That transaction goes on once `is_waiting(task)` is true for the later one. The function returns whether each of the
    two was claimed.
    """

    def claim(is_waiting):
        order = shop.place()
        earlier = newest(order, NotificationChannel.SMS)
        later = newest(shop.cooked(order, by=chef), NotificationChannel.SMS, "ready")
        is_looking, may_go_on = Event(), Event()
        look = notification_delivery.reason_not_to_send

        def look_slowly(notification, **others):
            if notification == earlier:
                is_looking.set()
                assert may_go_on.wait(timeout=THREAD_TIMEOUT)
                return ""  # as if the later one had not been there yet
            return look(notification, **others)

        monkeypatch.setattr(notification_delivery, "reason_not_to_send", look_slowly)
        with ThreadPoolExecutor(2) as workers:
            first = workers.submit(with_a_connection(claim_to_send), earlier)
            assert is_looking.wait(timeout=THREAD_TIMEOUT)
            second = workers.submit(with_a_connection(claim_to_send), later)
            until(lambda: is_waiting(second))
            may_go_on.set()
            return [task.result() is not None for task in (first, second)]

    return claim


def test_a_later_notification_of_an_order_waits_while_an_earlier_one_is_claimed(claimed_in_turn):
    assert claimed_in_turn(lambda _second: a_session_waits_for_a_lock()) == [True, False]


def test_control_without_the_lock_a_later_notification_is_claimed_at_the_same_time(claimed_in_turn, monkeypatch):
    take_locks_out(monkeypatch)

    assert claimed_in_turn(lambda second: second.done()) == [True, True]
