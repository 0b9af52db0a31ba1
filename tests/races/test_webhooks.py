"""
One event, heard by several threads at once, and its delivery, sent by several threads at once: created once, sent once.
And rows that are deleted while an event is published to them, or claimed.

With the unique constraint taken out, each thread creates it; with the lock taken out, each thread sends it, and what
writes to a deleted row fails.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import IntegrityError

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookDeliveryQuerySet,
    WebhookSubscription,
    WebhookSubscriptionQuerySet,
)
from orders.notifications.webhooks.services import delivery as webhook_delivery
from pizzeria.foundation.actor import SYSTEM
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import create_deliveries, events_of
from tests.races.concurrency import (
    THREAD_TIMEOUT,
    a_session_waits_for_a_lock,
    all_at_once,
    with_a_connection,
    without_constraint,
    without_lock,
)
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

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


@pytest.fixture
def delete_during(monkeypatch):
    """
    Return a function that carries out a write, and a deletion before the write that `step` names reaches its table.

    The write goes on when the deletion has ended, or waits for a lock.
    """

    def race(write, deletion, *, step):
        has_begun, may_go_on = Event(), Event()
        owner, name = step
        original = getattr(owner, name)

        def slowly(*args, **kwargs):
            has_begun.set()
            assert may_go_on.wait(timeout=THREAD_TIMEOUT)
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, slowly)
        with ThreadPoolExecutor(2) as threads:
            written = threads.submit(with_a_connection(write))
            assert has_begun.wait(timeout=THREAD_TIMEOUT)
            deleted = threads.submit(with_a_connection(deletion))
            until(lambda: deleted.done() or a_session_waits_for_a_lock())
            may_go_on.set()
            deleted.result()
            return written.result()

    return race


@pytest.fixture
def publish_during_deletion(hear, delete_during):
    """Return a function that publishes an event to a webhook while this is deleted."""
    delete = partial(
        webhook_services.delete_webhook, ref=WebhookSubscription.objects.get().ref, by=SYSTEM, at=FRIDAY_NIGHT
    )
    return partial(delete_during, hear, delete, step=(WebhookDeliveryQuerySet, "bulk_create"))


@pytest.fixture
def claim_during_purge(hear, delete_during):
    """Return a function that claims a delivery while it is purged."""
    hear()
    subscription_id = WebhookSubscription.objects.get().pk
    claim = partial(webhook_services.claim_webhook_delivery, subscription_id=subscription_id, at=FRIDAY_NIGHT)
    purge = partial(webhook_services.purge_webhook_deliveries, before=FRIDAY_NIGHT + timedelta(days=30))
    return partial(delete_during, claim, purge, step=(WebhookDelivery, "save"))


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


def test_control_without_the_locks_each_thread_sends_the_same_delivery(send, monkeypatch):
    all_have_chosen, save = Barrier(WORKERS), WebhookDelivery.save

    def save_together(delivery, *args, **kwargs):
        if delivery.state == DeliveryState.SENDING:
            all_have_chosen.wait(timeout=THREAD_TIMEOUT)
        save(delivery, *args, **kwargs)

    for rows in (WebhookSubscriptionQuerySet, WebhookDeliveryQuerySet):
        monkeypatch.setattr(rows, "for_update", without_lock)
    monkeypatch.setattr(WebhookDelivery, "save", save_together)

    all_at_once([send] * WORKERS)

    first = WebhookDelivery.objects.order_by("pk").first()
    assert send.sent == [str(first.ref)] * WORKERS


def test_a_webhook_is_deleted_while_an_event_is_published_to_it(publish_during_deletion):
    publish_during_deletion()

    assert not WebhookSubscription.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_control_without_the_lock_the_event_cannot_be_published(publish_during_deletion, monkeypatch):
    monkeypatch.setattr(WebhookSubscriptionQuerySet, "for_update", without_lock)

    with pytest.raises(IntegrityError):
        publish_during_deletion()


def test_a_delivery_is_claimed_while_it_is_purged(claim_during_purge):
    assert claim_during_purge() is not None

    assert not WebhookDelivery.objects.exists()


def test_control_without_the_lock_the_claim_of_a_purged_delivery_fails(claim_during_purge, monkeypatch):
    monkeypatch.setattr(WebhookDeliveryQuerySet, "for_update", without_lock)

    with pytest.raises(WebhookDelivery.NotUpdated):
        claim_during_purge()
