"""Delivery of events to webhooks: in sequence, at least once, one at a time, whatever becomes of the worker."""

import json
import socket
from datetime import timedelta

import pytest
from django.db import connection

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from orders.notifications.webhooks.services.delivery import LEASE, WORKER_TERMINATED
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.http_receiver import NAME
from tests.orders.notifications.webhooks.webhook_helpers import (
    DEAD,
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    hours,
    now,
    seconds,
    send_all,
    send_next,
)
from tests.shop import FRIDAY_NIGHT


class PowerCut(BaseException):
    """Ends a worker where a failpoint raises it: nothing after it is carried out."""


def cut_power():
    raise PowerCut


def test_the_events_of_an_order_are_delivered_one_after_another_in_their_sequence(webhook, deliveries, https_receiver):
    send_all(webhook)

    assert [json.loads(request.body)["sequence"] for request in https_receiver.requests] == ["0000000001", "0000000002"]
    assert [request.headers["webhook-id"] for request in https_receiver.requests] == [str(d.ref) for d in deliveries]
    for delivery in map(now, deliveries):
        assert (delivery.state, delivery.attempts, delivery.response_status) == (DELIVERED, 1, 204)
        assert delivery.delivered_at >= FRIDAY_NIGHT


def test_a_delivery_is_sent_once_however_often_sending_is_requested(webhook, deliveries, https_receiver):
    for moment in (0, 1, 120, 4000):
        send_all(webhook, seconds(moment))

    assert len(https_receiver.requests) == 2


@pytest.mark.django_db(transaction=True)
def test_the_receiver_is_asked_outside_any_transaction(webhook, deliveries, monkeypatch):
    seen = []

    def post(_url, **_message):
        seen.append((connection.in_atomic_block, now(deliveries[0]).state))
        return 204

    monkeypatch.setattr("orders.notifications.webhooks.services.delivery.post", post)
    send_next(webhook)

    assert seen == [(False, SENDING)]


def test_a_worker_that_is_killed_before_the_outcome_is_recorded_has_the_event_sent_again_with_its_id(
    webhook, deliveries, https_receiver
):
    deliveries[1].delete()
    with failpoints.armed("webhooks.sent", cut_power), pytest.raises(PowerCut):
        send_next(webhook)
    assert now(deliveries[0]).state == SENDING
    assert not send_next(webhook, FRIDAY_NIGHT + LEASE - timedelta(seconds=1))

    assert send_next(webhook, FRIDAY_NIGHT + LEASE)

    first, second = (request.headers["webhook-id"] for request in https_receiver.requests)
    assert first == second == str(deliveries[0].ref)
    assert (now(deliveries[0]).state, now(deliveries[0]).attempts) == (DELIVERED, 2)


def test_a_delivery_that_terminates_every_worker_is_given_up_after_a_day(webhook, deliveries):
    deliveries[1].delete()
    for at in (FRIDAY_NIGHT, hours(1), hours(24)):
        with failpoints.armed("webhooks.sent", cut_power), pytest.raises(PowerCut):
            send_next(webhook, at)

    assert not send_next(webhook, hours(26))

    given_up = now(deliveries[0])
    assert (given_up.state, given_up.attempts, given_up.error) == (DEAD, 3, WORKER_TERMINATED)
    assert now(webhook).disabled_reason == "nothing could be delivered for a day"
    assert set(Alert.objects.values_list("kind", "key")) == {
        ("webhook_delivery_given_up", str(webhook.ref)),
        ("webhook_disabled", str(webhook.ref)),
    }


def test_a_failure_that_is_reported_after_the_lease_is_left_to_the_worker_that_has_the_delivery_now(
    webhook, deliveries
):
    late = webhook_services.claim_webhook_delivery(subscription_id=webhook.pk, at=FRIDAY_NIGHT)
    webhook_services.claim_webhook_delivery(subscription_id=webhook.pk, at=seconds(60))

    assert now(webhook).failures == 1

    webhook_services.record_webhook_outcome(delivery=late, outcome=500, at=seconds(61))
    assert (now(deliveries[0]).state, now(webhook).failures) == (SENDING, 1)

    webhook_services.record_webhook_outcome(delivery=late, outcome=200, at=seconds(62))
    assert now(deliveries[0]).state == DELIVERED


def test_a_webhook_is_sent_one_delivery_at_a_time(webhook, deliveries):
    assert webhook_services.claim_webhook_delivery(subscription_id=webhook.pk, at=FRIDAY_NIGHT)

    assert webhook_services.claim_webhook_delivery(subscription_id=webhook.pk, at=FRIDAY_NIGHT) is None


def test_an_outcome_of_a_webhook_that_was_deleted_meanwhile_is_dropped(webhook, deliveries):
    claimed = webhook_services.claim_webhook_delivery(subscription_id=webhook.pk, at=FRIDAY_NIGHT)
    webhook_services.delete_webhook(ref=webhook.ref, by=SYSTEM, at=FRIDAY_NIGHT)

    webhook_services.record_webhook_outcome(delivery=claimed, outcome=500, at=FRIDAY_NIGHT)

    assert not WebhookDelivery.objects.exists()
    assert not WebhookSubscription.objects.exists()


def test_a_receiver_that_is_down_holds_up_neither_the_outbox_nor_an_order_nor_another_webhook(webhook, other, chef):
    with socket.create_server(("127.0.0.1", 0)) as server:
        WebhookSubscription.objects.filter(pk=webhook.pk).update(url=f"https://{NAME}:{server.getsockname()[1]}/")
    at = clock.now()
    order = shop.place(at=at)
    relay_due(now=clock.now)
    assert send_next(webhook, clock.now())

    shop.cooked(order, by=chef, at=at)
    assert relay_due(now=clock.now) == 2

    assert not OutboxEntry.objects.waiting().exists()
    send_all(other, clock.now())
    assert [json.loads(request.body)["type"] for request in other.receiver.requests] == [
        "order.placed.v4",
        "order.confirmed.v1",
        "order.cooking_started.v1",
        "order.ready.v1",
    ]
    assert list(webhook.deliveries.order_by("pk").values_list("state", flat=True)) == [FAILED, QUEUED, QUEUED, QUEUED]


def test_a_host_that_has_moved_to_a_private_address_is_a_failed_attempt(webhook, deliveries, resolver, https_receiver):
    resolver.answer(NAME, ["10.0.0.1"])

    send_next(webhook)

    assert now(deliveries[0]).error == "The host of the URL is not on the public internet."
    assert https_receiver.connections == 0


def test_a_secret_that_cannot_be_decrypted_any_more_is_a_failed_attempt(webhook, deliveries, settings, https_receiver):
    settings.SECRET_KEY = "another key, without the one before among its fallbacks, of 50"

    send_next(webhook)

    assert now(deliveries[0]).state == FAILED
    assert https_receiver.connections == 0
