"""
One event, heard by several threads at once, and its delivery, sent by several threads at once: created once, sent once.

With the unique constraint taken out, each thread creates it; with the lock taken out, each thread sends it.
"""

from functools import partial
from threading import Barrier

import pytest

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookSubscriptionQuerySet,
)
from orders.notifications.webhooks.services import delivery as webhook_delivery
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import create_deliveries, events_of
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_constraint, without_lock
from tests.shop import FRIDAY_NIGHT

WORKERS = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


@pytest.fixture
def hear():
    """Return a function that creates the delivery of an event."""
    WebhookSubscriptionFactory()
    event = events_of(shop.place())[0]
    return partial(webhook_services.create_webhook_deliveries, event_id=event.pk, at=FRIDAY_NIGHT)


@pytest.fixture
def send(monkeypatch):
    """Return a function that sends the next delivery of a webhook with two; `sent` has what was posted."""
    webhook = WebhookSubscriptionFactory()
    create_deliveries(shop.place())
    sent = []

    def post(_url, *, body, headers):
        sent.append(headers["webhook-id"])
        return 204

    monkeypatch.setattr(webhook_delivery, "post", post)
    send = partial(webhook_services.send_next_delivery, subscription_id=webhook.pk, at=FRIDAY_NIGHT)
    send.sent = sent
    return send


def test_eight_threads_that_hear_one_event_at_once_create_its_delivery_once(hear):
    all_at_once([hear] * WORKERS)

    assert WebhookDelivery.objects.count() == 1


def test_control_without_the_unique_constraint_each_thread_creates_the_delivery(hear):
    with without_constraint(WebhookDelivery, "webhook_delivery_once"):
        all_at_once([hear] * WORKERS)

        assert WebhookDelivery.objects.count() == WORKERS


def test_eight_threads_that_send_to_one_webhook_at_once_send_each_delivery_once(send):
    all_at_once([send] * WORKERS)
    while send():
        pass

    assert send.sent == [str(ref) for ref in WebhookDelivery.objects.order_by("pk").values_list("ref", flat=True)]


def test_control_without_the_lock_each_thread_sends_the_same_delivery(send, monkeypatch):
    all_have_chosen, save = Barrier(WORKERS), WebhookDelivery.save

    def save_together(delivery, *args, **kwargs):
        if delivery.state == DeliveryState.SENDING:
            all_have_chosen.wait(timeout=THREAD_TIMEOUT)
        save(delivery, *args, **kwargs)

    monkeypatch.setattr(WebhookSubscriptionQuerySet, "for_update", without_lock)
    monkeypatch.setattr(WebhookDelivery, "save", save_together)

    all_at_once([send] * WORKERS)

    first = WebhookDelivery.objects.order_by("pk").first()
    assert send.sent == [str(first.ref)] * WORKERS
