"""Delivery of events to webhooks: the state that each answer of the receiver leads to."""

import json
import socket
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks import tasks
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from orders.notifications.webhooks.services.delivery import LEASE, WORKER_TERMINATED
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.http_receiver import NAME, receiving
from tests.orders.notifications.webhooks.webhook_helpers import (
    DEAD,
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    create_deliveries,
    events_of,
    fail_for_a_day,
    hours,
    now,
    seconds,
    send_all,
    send_next,
)
from tests.orders.queued_tasks import messages_in
from tests.shop import FRIDAY_NIGHT


class PowerCut(BaseException):
    """Ends a worker where a failpoint raises it: nothing after it is carried out."""


def cut_power():
    raise PowerCut


@pytest.fixture
def deliveries(webhook):
    """Return the two deliveries of an order that was just placed."""
    return create_deliveries(shop.place())


@pytest.fixture
def other(webhook):
    """Return another webhook, at a receiver of its own, which is its `receiver`."""
    with receiving() as receiver:
        subscription = WebhookSubscriptionFactory(url=receiver.url("127.0.0.1"))
        subscription.receiver = receiver
        yield subscription


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


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503])
def test_every_status_but_2xx_is_a_failed_attempt_that_is_retried(webhook, deliveries, https_receiver, status):
    https_receiver.answer = status
    assert send_next(webhook)

    failed = now(deliveries[0])
    assert (failed.state, failed.attempts, failed.response_status) == (FAILED, 1, status)
    assert failed.error == f"The receiver answered {status}."
    assert timedelta(seconds=5) <= failed.due_at - failed.failing_since <= timedelta(seconds=10)

    https_receiver.answer = 200
    send_all(webhook, max(failed.due_at, now(webhook).paused_until))
    assert [now(each).state for each in deliveries] == [DELIVERED, DELIVERED]
    assert (now(webhook).failing_since, now(webhook).failures, now(webhook).paused_until) == (None, 0, None)


def test_a_webhook_is_paused_after_a_failure_and_the_other_deliveries_follow_once_one_succeeds(
    webhook, deliveries, https_receiver
):
    https_receiver.answer = 503
    assert send_next(webhook)

    assert not send_next(webhook)
    assert https_receiver.connections == 1

    https_receiver.answer = 204
    send_all(webhook, now(webhook).paused_until)
    assert now(deliveries[1]).state == DELIVERED


def test_the_pause_of_a_webhook_grows_up_to_five_minutes(webhook, deliveries, https_receiver):
    https_receiver.answer = 503
    pauses = []
    at = FRIDAY_NIGHT
    for _each in range(9):
        assert send_next(webhook, at)
        failing = now(webhook)
        pauses.append((failing.paused_until - at).total_seconds())
        WebhookDelivery.objects.update(due_at=failing.paused_until)
        at = failing.paused_until

    full = [10, 20, 40, 80, 160, 300, 300, 300, 300]
    # The pause counts from the end of the attempt, whose length depends on the machine.
    assert all(longest / 2 <= pause <= longest + 25 for longest, pause in zip(full, pauses, strict=True))


def test_a_delivery_is_retried_for_a_day_and_then_its_webhook_is_disabled_with_an_alert(
    webhook, deliveries, https_receiver
):
    https_receiver.answer = 500
    deliveries[1].delete()

    times = fail_for_a_day(webhook, deliveries[0])

    assert now(deliveries[0]).state == DEAD
    assert times[-1] - times[0] >= timedelta(hours=24)
    assert all(after - before <= timedelta(minutes=61) for before, after in pairwise(times))
    disabled = now(webhook)
    assert disabled.disabled_reason == "nothing could be delivered for a day"
    alert = Alert.objects.get(kind="webhook_disabled")
    assert str(alert) == f"The webhook at {NAME} was disabled: nothing could be delivered for a day"


def test_a_webhook_is_not_disabled_as_long_as_something_is_delivered(webhook, deliveries, https_receiver):
    https_receiver.answer = 500
    send_next(webhook)
    https_receiver.answer = 204
    send_all(webhook, hours(12))
    https_receiver.answer = 500
    create_deliveries(shop.place(at=hours(23)), at=hours(23))

    send_next(webhook, hours(25))

    assert now(webhook).is_enabled
    assert now(webhook).failing_since >= hours(25)


def test_a_receiver_that_is_gone_is_disabled_at_once_with_an_alert(webhook, deliveries, https_receiver):
    https_receiver.answer = 410
    send_next(webhook)

    assert now(deliveries[0]).state == DEAD
    assert (now(webhook).is_enabled, now(webhook).disabled_reason) == (False, "the receiver answered 410 (gone)")
    assert Alert.objects.get(kind="webhook_disabled").key == str(webhook.ref)
    assert not send_next(webhook, hours(1))
    assert https_receiver.connections == 1


def test_what_waits_for_a_disabled_webhook_is_sent_when_it_is_enabled_again(webhook, deliveries, https_receiver):
    https_receiver.answer = 410
    send_next(webhook)
    https_receiver.answer = 204

    webhook_services.enable_webhook(ref=webhook.ref, by=SYSTEM, at=hours(1))
    send_all(webhook, hours(1))

    assert [now(each).state for each in deliveries] == [DELIVERED, DELIVERED]


def test_what_waited_while_a_webhook_was_disabled_is_retried_for_a_day_once_it_is_enabled(
    webhook, deliveries, https_receiver
):
    https_receiver.answer = 500
    for count in range(0, 28, 2):
        send_next(webhook, hours(count))
    assert not now(webhook).is_enabled
    assert [now(each).state for each in deliveries] == [DEAD, FAILED]

    webhook_services.enable_webhook(ref=webhook.ref, by=SYSTEM, at=hours(72))
    assert [(now(each).state, now(each).due_at) for each in deliveries] == [(QUEUED, hours(72))] * 2
    send_next(webhook, hours(72))
    send_next(webhook, hours(73))
    assert [now(each).state for each in deliveries] == [FAILED, FAILED]
    https_receiver.answer = 204
    send_next(webhook, hours(74))
    send_next(webhook, hours(74))

    assert [now(each).state for each in deliveries] == [DELIVERED, DELIVERED]


def test_enabling_a_webhook_leaves_what_was_given_up_before_it_failed(webhook, deliveries, https_receiver):
    WebhookDelivery.objects.filter(pk=deliveries[0].pk).update(state=DEAD, due_at=hours(-24))
    https_receiver.answer = 410
    send_next(webhook)

    webhook_services.enable_webhook(ref=webhook.ref, by=SYSTEM, at=hours(1))

    assert [now(each).state for each in deliveries] == [DEAD, QUEUED]


def test_an_event_that_is_always_refused_does_not_have_a_healthy_webhook_disabled_by_a_later_failure(
    webhook, deliveries, https_receiver
):
    """The refused event is given up, its webhook fails since the last success, and two days later there is one 503."""
    https_receiver.answer = 400
    send_next(webhook)
    https_receiver.answer = 204
    send_next(webhook, hours(23))
    https_receiver.answer = 400
    assert now(deliveries[1]).state == DELIVERED
    fail_for_a_day(webhook, deliveries[0], at=hours(23))
    assert (now(webhook).is_enabled, now(webhook).failing_since, now(webhook).failures) == (True, None, 0)

    create_deliveries(shop.place(at=hours(72)), at=hours(72))
    https_receiver.answer = 503
    assert send_next(webhook, hours(72))

    assert now(webhook).is_enabled
    assert now(webhook).failing_since >= hours(72)


def test_a_delivery_that_is_given_up_raises_one_alert_per_webhook(webhook, deliveries, https_receiver):
    WebhookDelivery.objects.update(failing_since=hours(-24))
    https_receiver.answer = 400

    for moment in (0, 3600):
        assert send_next(webhook, seconds(moment))

    assert [now(each).state for each in deliveries] == [DEAD, DEAD]
    alert = Alert.objects.get(kind="webhook_delivery_given_up")
    assert (alert.key, alert.times_seen) == (str(webhook.ref), 2)
    assert str(alert) == f"An event could not be delivered to the webhook at {NAME}: The receiver answered 400."
    assert now(webhook).is_enabled


def test_after_a_pause_an_event_that_did_not_fail_is_sent_before_the_one_that_did(webhook, deliveries, https_receiver):
    https_receiver.answer = 400
    send_next(webhook)
    https_receiver.answer = 204

    send_next(webhook, hours(1))
    assert [now(each).state for each in deliveries] == [FAILED, DELIVERED]
    send_next(webhook, hours(1))

    assert [now(each).state for each in deliveries] == [DELIVERED, DELIVERED]


def test_a_delivery_has_the_status_of_its_last_attempt_and_none_if_that_was_not_answered(
    webhook, deliveries, resolver, https_receiver
):
    deliveries[1].delete()
    https_receiver.answer = 503
    send_next(webhook)
    assert now(deliveries[0]).response_status == 503

    resolver.answer(NAME, ["10.0.0.1"])
    send_next(webhook, hours(1))

    failed = now(deliveries[0])
    assert (failed.response_status, failed.error) == (None, "The host of the URL is not on the public internet.")


def test_sending_a_delivery_again_ends_the_pause_of_its_webhook(webhook, deliveries, https_receiver):
    WebhookSubscription.objects.update(paused_until=hours(1))
    assert not send_next(webhook)

    webhook_services.redeliver_webhook(ref=deliveries[0].ref, subscription_ref=webhook.ref, by=SYSTEM, at=FRIDAY_NIGHT)

    assert send_next(webhook)
    assert now(deliveries[0]).state == DELIVERED


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
        "order.placed.v3",
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


def test_a_sequence_of_events_has_one_task_in_the_queue(webhook, other, broker):
    order = shop.place()
    for event in events_of(order):
        tasks.create_and_queue_deliveries(event)
    assert [arguments for _headers, arguments in messages_in(broker, "webhooks")] == [[webhook.pk], [other.pk]]

    WebhookDelivery.objects.update(state=SENDING, due_at=clock.now() + LEASE)
    tasks.create_and_queue_deliveries(events_of(shop.place())[0])
    assert len(list(messages_in(broker, "webhooks"))) == 2

    WebhookDelivery.objects.update(state=DELIVERED)
    WebhookSubscription.objects.filter(pk=other.pk).update(paused_until=clock.now() + LEASE)
    tasks.create_and_queue_deliveries(events_of(shop.place())[0])
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
