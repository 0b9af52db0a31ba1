"""Tasks that send webhooks: which are queued, by a task before them or by the sweep."""

from datetime import timedelta

import pytest

from orders.notifications.webhooks import tasks
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from orders.notifications.webhooks.services.delivery import LEASE
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import (
    DELIVERED,
    SENDING,
    create_deliveries,
    events_of,
)
from tests.orders.queued_tasks import messages_in
from tests.shop import FRIDAY_NIGHT


def test_a_sequence_of_events_has_one_task_in_the_queue(webhook, other, broker):
    order = shop.place()
    for event in events_of(order):
        tasks.create_and_queue_deliveries(event, batch=RelayBatch([event]))
    assert [arguments for _headers, arguments in messages_in(broker, "webhooks")] == [[webhook.pk], [other.pk]]

    WebhookDelivery.objects.update(state=SENDING, due_at=clock.now() + LEASE)
    [placed, _confirmed] = events_of(shop.place())
    tasks.create_and_queue_deliveries(placed, batch=RelayBatch([placed]))
    assert len(list(messages_in(broker, "webhooks"))) == 2

    WebhookDelivery.objects.update(state=DELIVERED)
    WebhookSubscription.objects.filter(pk=other.pk).update(paused_until=clock.now() + LEASE)
    [placed, _confirmed] = events_of(shop.place())
    tasks.create_and_queue_deliveries(placed, batch=RelayBatch([placed]))
    assert [arguments for _headers, arguments in messages_in(broker, "webhooks")][2:] == [[webhook.pk]]


def test_a_task_sends_one_delivery_and_queues_the_next_one(webhook, deliveries, https_receiver, broker):
    tasks.send_next_delivery(webhook.pk)
    assert [arguments for _headers, arguments in messages_in(broker, "webhooks")] == [[webhook.pk]]
    tasks.send_next_delivery(webhook.pk)

    assert len(list(messages_in(broker, "webhooks"))) == 1
    assert len(https_receiver.requests) == 2


def test_a_sweep_queues_each_webhook_once_that_has_something_due_and_accepts_it(webhook, other, broker):
    disabled, paused, busy = WebhookSubscriptionFactory.create_batch(3)
    create_deliveries(shop.place())
    WebhookDelivery.objects.filter(pk=busy.deliveries.first().pk).update(state=SENDING, due_at=clock.now() + LEASE)
    WebhookDelivery.objects.filter(subscription=other).update(due_at=FRIDAY_NIGHT - timedelta(seconds=1))
    WebhookSubscription.objects.filter(pk=disabled.pk).update(disabled_at=FRIDAY_NIGHT)
    WebhookSubscription.objects.filter(pk=paused.pk).update(paused_until=clock.now() + LEASE)

    tasks.queue_due_webhooks()

    queued = list(messages_in(broker, "webhooks"))
    assert [arguments for _headers, arguments in queued] == [[other.pk], [webhook.pk]]
    assert all(headers["expires"] for headers, _arguments in queued)


@pytest.mark.parametrize("nothing", [0, -1, 2**62], ids=str)
def test_a_task_sends_nothing_for_an_unknown_webhook(db, nothing):
    tasks.send_next_delivery(nothing)
