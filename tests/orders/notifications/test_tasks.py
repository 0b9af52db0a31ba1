"""Telling people, from the news to a message to a worker; and what becomes of it when nobody takes messages."""

import json
from datetime import timedelta

import pytest
import redis

from orders.notifications import tasks
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.celery import app
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.orders.notifications.notification_helpers import create_notifications

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.fixture
def broker(settings):
    """The broker's own view of its queues."""
    with redis.Redis.from_url(settings.REDIS_URL) as queues:
        yield queues


@pytest.fixture
def broker_gone(monkeypatch):
    """Nobody listens where messages to workers go."""
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.fixture
def news():
    """An order that has just been placed, and its confirmation."""
    order = shop.place(at=clock.now())
    return order, StoredEvent.objects.get(aggregate_ref=order.ref, type="order.confirmed.v1")


def messages_in(broker, queue):
    """Read what waits for a worker in a queue, oldest first: each message's task, arguments, and its headers."""
    for raw in reversed(broker.lrange(queue, 0, -1)):
        headers = json.loads(raw)["headers"]
        yield headers["task"], headers["kwargsrepr"], headers


def sent_by(broker, channel):
    return [f"{task} {arguments}" for task, arguments, _headers in messages_in(broker, channel)]


def is_to_send(notification):
    return f"orders.notifications.tasks.send_notification {{'notification_id': {notification.pk}}}"


def test_hands_each_notice_over_by_its_channels_queue(news, broker):
    order, confirmed = news

    tasks.create_and_queue_notifications(event_id=confirmed.pk)

    email, sms = Notification.objects.filter(order=order).order_by("pk")
    assert sent_by(broker, "email") == [is_to_send(email)]
    assert sent_by(broker, "sms") == [is_to_send(sms)]
    assert not {is_to_send(email), is_to_send(sms)} & set(sent_by(broker, "celery"))


def test_has_a_queue_for_each_way_out_that_a_plain_worker_takes_too():
    assert {queue.name for queue in app.conf.task_queues} == {"celery"} | set(NotificationChannel) - {
        NotificationChannel.IN_APP
    }


def test_without_a_broker_leaves_the_notices_waiting_and_the_event_told(news, broker_gone):
    order, confirmed = news

    assert relay_due(now=clock.now) == 2

    assert confirmed.outbox_entry.relayed_at
    assert set(Notification.objects.filter(order=order).values_list("state", flat=True)) == {NotificationState.QUEUED}
    tasks.send_due_notifications()


def test_is_left_to_the_next_sweep_when_the_broker_was_emptied(news, broker):
    order, confirmed = news
    tasks.create_and_queue_notifications(event_id=confirmed.pk)
    broker.flushall()

    tasks.send_due_notifications()

    email, sms = Notification.objects.filter(order=order).order_by("pk")
    assert sent_by(broker, "email") == [is_to_send(email)]
    assert sent_by(broker, "sms") == [is_to_send(sms)]


def test_sweeps_up_what_is_due_oldest_first(broker):
    now = clock.now()
    orders = [shop.place(at=now - timedelta(minutes=minutes)) for minutes in (1, 3, 2)]
    for order in orders:
        create_notifications(order, at=order.placed_at)
    newest, oldest, middle = Notification.objects.filter(channel=NotificationChannel.SMS).order_by("pk")
    Notification.objects.filter(pk=middle.pk).update(due_at=now + timedelta(minutes=5))
    Notification.objects.filter(pk=newest.pk).update(state=NotificationState.FAILED)
    Notification.objects.filter(pk=oldest.pk).update(state=NotificationState.SENDING)  # and its sender's time is up
    Notification.objects.filter(channel=NotificationChannel.EMAIL).update(state=NotificationState.SENT)

    tasks.send_due_notifications()

    assert sent_by(broker, "sms") == [is_to_send(oldest), is_to_send(newest)]
    assert sent_by(broker, "email") == []


def test_lets_lapse_what_nobody_took_of_a_sweep_before_the_next(news, broker):
    _order, confirmed = news
    tasks.create_and_queue_notifications(event_id=confirmed.pk)
    tasks.send_due_notifications()

    by_news, by_sweep = (headers["expires"] for _task, _arguments, headers in messages_in(broker, "sms"))
    assert by_news is None
    assert by_sweep is not None


def test_sends_the_notice_it_is_told_of(news, post):
    order, confirmed = news
    tasks.create_and_queue_notifications(event_id=confirmed.pk)

    for notification in Notification.objects.filter(order=order).order_by("pk"):
        tasks.send_notification(notification_id=notification.pk)

    assert sorted(message.kind for message in post.taken()) == ["email", "sms"]
    assert set(Notification.objects.filter(order=order).values_list("state", flat=True)) == {NotificationState.SENT}


def test_hands_over_what_waited_for_the_notice_it_has_sent(news, broker, chef, monkeypatch):
    order, confirmed = news
    tasks.create_and_queue_notifications(event_id=confirmed.pk)
    sms = Notification.objects.get(order=order, channel=NotificationChannel.SMS)
    broker.flushall()

    def cook_meanwhile(_notice):
        shop.cooked(order, by=chef, at=clock.now())
        create_notifications(order, "order.ready.v1", at=clock.now())
        return "SM1"

    monkeypatch.setattr("orders.notifications.services.delivery._deliver", cook_meanwhile)
    tasks.send_notification(notification_id=sms.pk)

    waited = Notification.objects.get(order=order, channel=NotificationChannel.SMS, kind="ready")
    assert sent_by(broker, "sms") == [is_to_send(waited)]


@pytest.mark.parametrize("nothing", [0, -1, 2**62], ids=str)
def test_sends_nothing_for_a_notice_that_is_not_there(db, nothing, post):
    tasks.send_notification(notification_id=nothing)

    assert post.taken() == []
