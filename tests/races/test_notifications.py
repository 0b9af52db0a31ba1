"""
One notice, however many hear of its event and however many are asked to send it: written once, sent once.

With the unique row taken out, each who hears writes it again; with the lock taken out, each who is asked sends it.
A later one of the same order waits for one that is just being taken; with the lock taken out, both go at once.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest

from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationQuerySet, NotificationState
from orders.notifications.services import delivery as notification_delivery
from pizzeria.foundation.events.models import StoredEvent as Happened
from tests import shop
from tests.orders.notifications.notification_helpers import newest, take_for_sending
from tests.races.crowd import PATIENCE, all_at_once, somebody_waits_for_a_lock, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

WORKERS = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen", "post")]


@pytest.fixture
def hear():
    """Hear that an order has been confirmed."""
    event = Happened.objects.get(aggregate_ref=shop.place().ref, type="order.confirmed.v1")
    return partial(notification_services.create_notifications, event_id=event.pk, at=FRIDAY_NIGHT)


@pytest.fixture
def notification():
    return newest(shop.place(), NotificationChannel.SMS)


def test_is_written_once_by_all_who_hear_of_it_at_once(hear):
    answers = all_at_once([hear] * WORKERS)

    assert Notification.objects.count() == 2
    assert {tuple(notification.pk for notification in answer) for answer in answers} == {
        tuple(Notification.objects.order_by("pk").values_list("pk", flat=True))
    }


def test_control_without_the_unique_row_each_writes_it(without_the_unique_row, hear):
    all_at_once([hear] * WORKERS)

    assert Notification.objects.count() == 2 * WORKERS


def test_is_sent_once_by_all_who_are_asked_to_at_once(notification, post):
    all_at_once(
        [partial(notification_services.send_notification, notification_id=notification.pk, at=FRIDAY_NIGHT)] * WORKERS
    )

    notification.refresh_from_db()
    assert (notification.state, notification.attempts) == (NotificationState.SENT, 1)
    assert len(post.taken()) == 1


def test_control_without_the_lock_each_sends_it(notification, post, monkeypatch):
    all_have_looked = Barrier(WORKERS)

    def look(notification, *, later, at):
        all_have_looked.wait(timeout=PATIENCE)
        return ""

    monkeypatch.setattr(NotificationQuerySet, "select_for_update", lambda unlocked, **_: unlocked)
    monkeypatch.setattr(notification_delivery, "reason_not_to_send", look)

    all_at_once(
        [partial(notification_services.send_notification, notification_id=notification.pk, at=FRIDAY_NIGHT)] * WORKERS
    )

    assert len(post.taken()) == WORKERS


@pytest.fixture
def claimed_in_turn(chef, monkeypatch):
    """
    Take a later notice while the transaction that takes an earlier one is open, once `is_waiting(task)` says so;
    returns whether each was taken.
    """

    def claim(is_waiting):
        order = shop.place()
        earlier = newest(order, NotificationChannel.SMS)
        is_looking, may_go_on = Event(), Event()
        look = notification_delivery.reason_not_to_send

        def look_slowly(notification, **others):
            if notification == earlier:
                is_looking.set()
                assert may_go_on.wait(timeout=PATIENCE)
            return look(notification, **others)

        monkeypatch.setattr(notification_delivery, "reason_not_to_send", look_slowly)
        with ThreadPoolExecutor(2) as workers:
            first = workers.submit(with_a_connection(take_for_sending), earlier)
            assert is_looking.wait(timeout=PATIENCE)
            later = newest(shop.cooked(order, by=chef), NotificationChannel.SMS, "ready")
            second = workers.submit(with_a_connection(take_for_sending), later)
            until(lambda: is_waiting(second))
            may_go_on.set()
            return [task.result() is not None for task in (first, second)]

    return claim


def test_waits_for_an_earlier_one_that_is_just_being_taken(claimed_in_turn):
    assert claimed_in_turn(lambda _second: somebody_waits_for_a_lock()) == [True, False]


def test_control_without_the_lock_a_later_one_is_taken_at_the_same_time(claimed_in_turn, monkeypatch):
    monkeypatch.setattr(NotificationQuerySet, "select_for_update", lambda unlocked, **_: unlocked)

    assert claimed_in_turn(lambda second: second.done()) == [True, True]
