"""Failed attempts: when they are repeated, when a delivery is given up, and when its webhook is paused or disabled."""

from datetime import timedelta
from itertools import pairwise

import pytest

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.http_receiver import NAME
from tests.orders.notifications.webhooks.webhook_helpers import (
    DEAD,
    DELIVERED,
    FAILED,
    QUEUED,
    create_deliveries,
    fail_for_a_day,
    hours,
    now,
    seconds,
    send_all,
    send_next,
)
from tests.shop import FRIDAY_NIGHT


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
