"""Tasks of notifications: from a stored event to a task on a channel's queue; and what happens without a broker."""

from datetime import timedelta

import pytest

from orders.notifications import tasks
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.celery import app
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.orders.notifications.notification_helpers import create_notifications
from tests.orders.queued_tasks import messages_in

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def confirmed_order():
    """An order that has just been placed, and the stored event of its confirmation."""
    order = shop.place(at=clock.now())
    return order, StoredEvent.objects.get(aggregate_ref=order.ref, type="order.confirmed.v1")


def sent_by(broker, channel):
    return [f"{headers['task']} {headers['kwargsrepr']}" for headers, _arguments in messages_in(broker, channel)]


def is_to_send(notification):
    return f"orders.notifications.tasks.send_notification {{'notification_id': {notification.pk}}}"


def test_each_notification_is_queued_on_the_queue_of_its_channel(confirmed_order, broker):
    order, confirmed = confirmed_order

    tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))

    email, sms = Notification.objects.filter(order=order).order_by("pk")
    assert sent_by(broker, "email") == [is_to_send(email)]
    assert sent_by(broker, "sms") == [is_to_send(sms)]
    assert not {is_to_send(email), is_to_send(sms)} & set(sent_by(broker, "celery"))


def test_each_outbound_channel_has_a_declared_queue_beside_those_of_other_work():
    assert {queue.name for queue in app.conf.task_queues} == {"celery", "payments", "printing", "webhooks"} | set(
        NotificationChannel
    ) - {NotificationChannel.IN_APP}


def test_without_a_broker_the_event_is_relayed_and_its_notifications_stay_queued(confirmed_order, broker_gone):
    order, confirmed = confirmed_order

    assert relay_due(now=clock.now) == 2

    assert confirmed.outbox_entry.relayed_at
    assert set(Notification.objects.filter(order=order).values_list("state", flat=True)) == {NotificationState.QUEUED}
    tasks.queue_due_notifications()


def test_the_next_sweep_queues_notifications_again_after_the_broker_was_emptied(confirmed_order, broker):
    order, confirmed = confirmed_order
    tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))
    broker.flushall()

    tasks.queue_due_notifications()

    email, sms = Notification.objects.filter(order=order).order_by("pk")
    assert sent_by(broker, "email") == [is_to_send(email)]
    assert sent_by(broker, "sms") == [is_to_send(sms)]


def test_a_sweep_queues_the_due_notifications_oldest_first(broker):
    now = clock.now()
    orders = [shop.place(at=now - timedelta(minutes=minutes)) for minutes in (1, 3, 2)]
    for order in orders:
        create_notifications(order, at=order.placed_at)
    newest, oldest, middle = Notification.objects.filter(channel=NotificationChannel.SMS).order_by("pk")
    Notification.objects.filter(pk=middle.pk).update(due_at=now + timedelta(minutes=5))
    Notification.objects.filter(pk=newest.pk).update(state=NotificationState.FAILED)
    Notification.objects.filter(pk=oldest.pk).update(state=NotificationState.SENDING)  # and its lease has ended
    Notification.objects.filter(channel=NotificationChannel.EMAIL).update(state=NotificationState.SENT)

    tasks.queue_due_notifications()

    assert sent_by(broker, "sms") == [is_to_send(oldest), is_to_send(newest)]
    assert sent_by(broker, "email") == []


def test_a_task_queued_by_a_sweep_expires_and_a_task_queued_by_an_event_does_not(confirmed_order, broker):
    _order, confirmed = confirmed_order
    tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))
    tasks.queue_due_notifications()

    by_event, by_sweep = (headers["expires"] for headers, _arguments in messages_in(broker, "sms"))
    assert by_event is None
    assert by_sweep is not None


def test_the_task_sends_the_notification_with_the_given_id(confirmed_order, message_sinks):
    order, confirmed = confirmed_order
    tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))

    for notification in Notification.objects.filter(order=order).order_by("pk"):
        tasks.send_notification(notification_id=notification.pk)

    assert sorted(message.kind for message in message_sinks.messages()) == ["email", "sms"]
    assert set(Notification.objects.filter(order=order).values_list("state", flat=True)) == {NotificationState.SENT}


def test_the_task_queues_the_later_notification_that_waited_for_the_one_it_sent(
    confirmed_order, broker, chef, monkeypatch, no_undo
):
    order, confirmed = confirmed_order
    tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))
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
def test_the_task_sends_nothing_for_an_unknown_notification(db, nothing, message_sinks):
    tasks.send_notification(notification_id=nothing)

    assert message_sinks.messages() == []
