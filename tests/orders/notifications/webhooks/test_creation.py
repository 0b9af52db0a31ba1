"""Deliveries are created by the relay, one for each subscription to an event, and cost an order nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks import tasks
from orders.notifications.webhooks.event_names import EVENT_NAMES, name_of
from orders.notifications.webhooks.models import WebhookDelivery
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.domain_events import declared_types
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import create_deliveries, events_of
from tests.orders.queued_tasks import messages_in
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def delivered_to(webhook):
    return [name_of(delivery.event.type) for delivery in webhook.deliveries.select_related("event").order_by("pk")]


def test_the_events_are_all_of_an_order_that_are_published_and_each_name_is_one_event():
    published = [each.type for each in declared_types() if each.type.startswith("order.") and each.signal]

    assert sorted(EVENT_NAMES) == sorted(map(name_of, published))
    assert len(set(EVENT_NAMES)) == len(EVENT_NAMES)
    assert {"order.placed", "order.ready", "order.refunded"} <= set(EVENT_NAMES)


def test_the_relay_creates_a_delivery_of_each_event_for_each_subscription_to_it():
    everything = WebhookSubscriptionFactory()
    some = WebhookSubscriptionFactory(event_names=["order.confirmed", "order.ready"])
    other = WebhookSubscriptionFactory(event_names=["order.refunded"])
    disabled = WebhookSubscriptionFactory(disabled_at=FRIDAY_NIGHT)
    shop.place(at=clock.now())

    assert relay_due(now=clock.now) == 2

    assert delivered_to(everything) == ["order.placed", "order.confirmed"]
    assert delivered_to(some) == ["order.confirmed"]
    assert delivered_to(other) == delivered_to(disabled) == []


def test_an_event_that_is_heard_twice_is_delivered_once(placed_order):
    WebhookSubscriptionFactory()

    for _each in range(2):
        create_deliveries(placed_order)

    assert WebhookDelivery.objects.count() == 2


def test_events_that_were_published_before_a_subscription_are_not_delivered_to_it():
    shop.place(at=clock.now())
    relay_due(now=clock.now)
    webhook = WebhookSubscriptionFactory()

    relay_due(now=clock.now)

    assert delivered_to(webhook) == []


def test_without_a_subscription_to_it_an_event_costs_the_relay_one_query(placed_order, django_assert_num_queries):
    WebhookSubscriptionFactory(event_names=["order.refunded"])
    placed, _confirmed = events_of(placed_order)

    with django_assert_num_queries(1):
        tasks.create_and_queue_deliveries(placed, batch=RelayBatch([placed]))


def test_placing_an_order_takes_no_statement_more_with_subscriptions_than_without():
    def statements():
        with CaptureQueriesContext(connection) as captured:
            shop.place(basket)
        return len(captured)

    basket = shop.basket_of()
    shop.place()  # caches are warm
    without = statements()
    WebhookSubscriptionFactory.create_batch(3)
    basket = shop.basket_of()

    assert statements() == without


def test_each_delivery_is_queued_on_the_queue_of_webhooks(placed_order, broker):
    webhook, other = WebhookSubscriptionFactory.create_batch(2)

    placed = events_of(placed_order)[0]
    tasks.create_and_queue_deliveries(placed, batch=RelayBatch([placed]))

    assert [arguments for _headers, arguments in messages_in(broker, "webhooks")] == [[webhook.pk], [other.pk]]


def test_without_a_broker_the_event_is_relayed_and_its_deliveries_wait(broker_gone):
    webhook = WebhookSubscriptionFactory()
    shop.place(at=clock.now())

    assert relay_due(now=clock.now) == 2

    assert not OutboxEntry.objects.waiting().exists()
    assert len(delivered_to(webhook)) == 2
    tasks.queue_due_webhooks()


def test_a_failure_to_create_deliveries_has_the_event_published_again(monkeypatch):
    webhook = WebhookSubscriptionFactory()
    shop.place(at=clock.now())
    create = webhook_services.create_webhook_deliveries
    monkeypatch.setattr(webhook_services, "create_webhook_deliveries", lambda **_: 1 / 0)
    relay_due(now=clock.now)
    monkeypatch.setattr(webhook_services, "create_webhook_deliveries", create)
    OutboxEntry.objects.update(due_at=clock.now())

    relay_due(now=clock.now)

    assert delivered_to(webhook) == ["order.placed", "order.confirmed"]
