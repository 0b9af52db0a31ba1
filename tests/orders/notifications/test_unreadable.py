"""Notifications that this release cannot read or render: dead letters in the end, and in nobody's way until then."""

import pytest

from orders.notifications import rules, tasks
from orders.notifications.models import Notification
from orders.notifications.services import delivery
from orders.notifications.services.delivery import MAX_ATTEMPTS
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events import domain_events
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.orders.notifications.notification_helpers import (
    DEAD,
    EXPIRED,
    FAILED,
    SENT,
    SMS,
    create_notifications,
    minutes,
    newest,
    now,
    send,
)

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def of_a_newer_release(monkeypatch):
    """Return a function that makes this release one that does not know a type of events."""
    return lambda written_as: monkeypatch.delitem(domain_events._types, written_as)


@pytest.fixture
def broken_templates(monkeypatch):
    """Make every template of a notification one that cannot be rendered."""

    def fail(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("orders.notifications.messages.render_message", fail)


def attempt(notification, times):
    """Send a notification so many times, whenever it is due."""
    for _attempt in range(times):
        assert now(notification).state == FAILED or not now(notification).attempts
        send(notification, now(notification).due_at)
    return now(notification)


def test_a_notification_whose_event_cannot_be_read_is_a_dead_letter_after_the_last_attempt(sms, of_a_newer_release):
    of_a_newer_release("order.confirmed.v1")

    dead = attempt(sms, MAX_ATTEMPTS)

    assert (dead.state, dead.attempts) == (DEAD, MAX_ATTEMPTS)
    assert dead.error == "notification cannot be read: EventUnreadable"
    assert dead.error in str(Alert.objects.get(kind="notification_given_up"))


def test_a_notification_that_cannot_be_rendered_is_a_dead_letter_after_the_last_attempt(sms, broken_templates):
    dead = attempt(sms, MAX_ATTEMPTS)

    assert (dead.state, dead.error) == (DEAD, "message cannot be rendered: ZeroDivisionError")
    assert dead.error in str(Alert.objects.get(kind="notification_given_up"))


def test_a_notification_that_an_older_release_could_not_read_is_sent_by_this_one(sms, monkeypatch):
    with monkeypatch.context() as older:
        older.delitem(domain_events._types, "order.confirmed.v1")
        failed = send(sms)

    assert (failed.state, failed.attempts) == (FAILED, 1)
    assert send(sms, failed.due_at).state == SENT


def test_unreadable_notifications_do_not_starve_the_others_of_their_channel(tonight, monkeypatch):
    unreadable, other = newest(shop.place(), SMS), newest(shop.place(), SMS)
    Notification.objects.filter(pk=unreadable.pk).update(due_at=minutes(-1))
    queued = []
    monkeypatch.setattr(tasks, "BATCH_SIZE", 1)
    monkeypatch.setattr(tasks.send_notification, "apply_async", lambda kwargs, **_: queued.append(kwargs))
    monkeypatch.setattr(
        delivery, "reason_not_to_send", lambda row, **_: 1 / 0 if row.pk == unreadable.pk else "", raising=True
    )

    for _sweep in range(2):
        queued.clear()
        tasks.queue_due_notifications()
        for kwargs in queued:
            tasks.send_notification(**kwargs)

    assert (now(unreadable).state, now(unreadable).attempts) == (FAILED, 1)
    assert now(other).state == SENT


def test_a_message_is_sent_although_a_later_one_of_its_order_cannot_be_read(
    sms, placed_order, chef, no_undo, of_a_newer_release
):
    newest(shop.cooked(placed_order, by=chef), SMS, "ready")
    of_a_newer_release("order.ready.v1")

    assert send(sms).state == SENT


def test_a_notification_of_an_event_that_nobody_is_notified_of_any_more_expires(sms, monkeypatch):
    monkeypatch.setattr(rules, "RULES", {})

    assert (send(sms).state, now(sms).attempts) == (EXPIRED, 0)


def test_the_inbox_shows_the_other_notifications_beside_one_that_cannot_be_rendered(sign_in):
    carla = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, carla.user.pk), at=clock.now())
    create_notifications(order, at=clock.now())
    Notification.objects.filter(order=order, kind="confirmed").update(kind="of a newer release")

    html = carla.get("/notifications/").content.decode()

    assert f"We have your order #{order.number}" in html
    assert f"There is news of your order #{order.number}" in html
