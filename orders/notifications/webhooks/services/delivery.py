"""
Deliveries in three steps, so that nothing is locked while the receiver is asked: claim, send, record.

A subscription is sent one delivery at a time, the oldest that is due first. So a receiver that is slow occupies one
worker at most, and one that fails is paused: after a failed attempt nothing is sent to it for a while, and then one
delivery, which the others follow when it succeeds. A delivery that has failed is overtaken by later ones.

A worker that is killed between the first step and the last leaves the delivery claimed; when the lease ends, it is sent
again, with the same `webhook-id`. The locks are taken in one order: the subscription, then its delivery.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from orders.notifications.webhooks import selectors
from orders.notifications.webhooks.exceptions import WebhookDisabled
from orders.notifications.webhooks.messages import headers_of, message_of
from orders.notifications.webhooks.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookSubscription,
)
from orders.notifications.webhooks.services.subscriptions import lock_subscription, refuse_unless_allowed
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.outbound_http.deadline import RequestFailed
from pizzeria.foundation.outbound_http.requests import post

WEBHOOK_DISABLED = AlertKind("webhook_disabled", _lazy("The webhook at %(host)s was disabled: %(reason)s"))

LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome
RETRIED_FOR = timedelta(days=1)  # from the first failed attempt
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(hours=1)  # of a delivery
MAX_PAUSE = timedelta(minutes=5)  # of a subscription
WORKER_TERMINATED = "worker terminated before it reported a result"

log = structlog.get_logger(__name__)


@command
def create_webhook_deliveries(*, event_id: int, at: datetime) -> list[int]:
    """
    Create the deliveries of a stored event, one for each subscription to it, once, however often it is relayed.

    :returns: the ids of the subscriptions
    :raises StoredEvent.DoesNotExist: there is no such event
    """
    event = StoredEvent.objects.get(pk=event_id)
    subscriptions = list(selectors.subscribed_to(event))
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(subscription=each, event=event, created_at=at, due_at=at) for each in subscriptions],
        ignore_conflicts=True,
    )
    return [subscription.pk for subscription in subscriptions]


def send_next_delivery(*, subscription_id: int, at: datetime) -> bool:
    """
    Send the next delivery of a subscription, if one is due and none is being sent.

    :returns: whether an attempt was made; others may wait
    """
    delivery = claim_webhook_delivery(subscription_id=subscription_id, at=at)
    if delivery is None:
        return False
    passed = clock.stopwatch()
    outcome = _send(delivery, at=at)
    failpoints.reach("webhooks.sent")
    record_webhook_outcome(delivery=delivery, outcome=outcome, at=at + passed())
    return True


@command
def claim_webhook_delivery(*, subscription_id: int, at: datetime) -> WebhookDelivery | None:
    """Claim the next delivery of a subscription for the length of the lease; None if there is nothing to send now."""
    subscription = WebhookSubscription.objects.for_update().filter(pk=subscription_id).first()
    if subscription is None or not subscription.accepts_deliveries(at):
        return None
    deliveries = WebhookDelivery.objects.filter(subscription=subscription)
    if deliveries.being_sent(at).exists():
        return None
    delivery = deliveries.due(at).select_related("event").order_by("pk").first()
    if delivery is None:
        return None
    if delivery.state == DeliveryState.SENDING:
        _fail(delivery, WORKER_TERMINATED, at=at)
    is_given_up = delivery.state == DeliveryState.DEAD
    if not is_given_up:
        delivery.state, delivery.due_at = DeliveryState.SENDING, at + LEASE
        delivery.attempts += 1
    delivery.save(update_fields=["state", "due_at", "attempts", "error", "failing_since"])
    delivery.subscription = subscription
    return None if is_given_up else delivery


def _send(delivery: WebhookDelivery, *, at: datetime) -> int | str:
    """Send a claimed delivery; return the status of the answer, or why there is none."""
    try:
        message = message_of(delivery.event)
        headers = headers_of(message, message_id=str(delivery.ref), secret=delivery.subscription.secret, at=at)
        return post(delivery.subscription.url, body=message, headers=headers)
    except RequestFailed as failure:
        return str(failure)
    except Exception as error:  # includes the task's time limit: the message may have been sent
        log.exception("webhook_outcome_unknown", delivery=str(delivery.ref))
        return f"The message was not made, or its outcome is unknown: {type(error).__name__}."


@command
def record_webhook_outcome(*, delivery: WebhookDelivery, outcome: int | str, at: datetime) -> None:
    """
    Record the outcome of a claimed delivery, and what follows for its subscription.

    A status of 2xx is a success, every other one a failure, redirects included; 410 disables the subscription. If the
    lease has ended, and another worker has claimed the delivery, a failure is left for that worker to record.

    :param delivery: as `claim_webhook_delivery` returned it
    :param outcome: the status of the answer, or why there is none
    """
    subscription = WebhookSubscription.objects.for_update().filter(pk=delivery.subscription_id).first()
    row = WebhookDelivery.objects.for_update().filter(pk=delivery.pk).first()
    if subscription is None or row is None:  # deleted meanwhile
        return
    status = outcome if isinstance(outcome, int) else None
    row.response_status = status or row.response_status
    if status and HTTPStatus(200) <= status < HTTPStatus(300):
        _succeed(row, subscription, at=at)
        return
    if (row.state, row.due_at) != (DeliveryState.SENDING, delivery.due_at):
        return
    _fail(row, f"The receiver answered {status}." if status else str(outcome), at=at)
    if status == HTTPStatus.GONE:
        row.state = DeliveryState.DEAD
    row.save()
    _pause_or_disable(subscription, is_gone=status == HTTPStatus.GONE, at=at)


def _succeed(delivery: WebhookDelivery, subscription: WebhookSubscription, *, at: datetime) -> None:
    delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
    delivery.error, delivery.failing_since = "", None
    delivery.save()
    if subscription.failing_since:
        subscription.failing_since, subscription.failures, subscription.paused_until = None, 0, None
        subscription.save(update_fields=["failing_since", "failures", "paused_until"])


def _fail(delivery: WebhookDelivery, reason: str, *, at: datetime) -> None:
    """Schedule the next attempt of a delivery; the last one is a day after the first that failed."""
    delivery.error = reason[:200]
    delivery.failing_since = delivery.failing_since or at
    ends_at = delivery.failing_since + RETRIED_FOR
    delivery.state = DeliveryState.DEAD if at >= ends_at else DeliveryState.FAILED
    delay = backoff_delay(min(delivery.attempts, 20), first=FIRST_DELAY, longest=MAX_DELAY)
    delivery.due_at = min(at + delay, ends_at)


def _pause_or_disable(subscription: WebhookSubscription, *, is_gone: bool, at: datetime) -> None:
    subscription.failing_since = subscription.failing_since or at
    subscription.failures += 1
    pause = backoff_delay(min(subscription.failures, 20), first=FIRST_DELAY, longest=MAX_PAUSE)
    subscription.paused_until = at + pause
    if is_gone:
        subscription.disabled_at, subscription.disabled_reason = at, "the receiver answered 410 (gone)"
    elif at >= subscription.failing_since + RETRIED_FOR:
        subscription.disabled_at, subscription.disabled_reason = at, "nothing could be delivered for a day"
    subscription.save()
    if not subscription.is_enabled:
        host = urlsplit(subscription.url).hostname or ""
        raise_alert(WEBHOOK_DISABLED, key=str(subscription.ref), at=at, host=host, reason=subscription.disabled_reason)


@command(replay=selectors.get_delivery)
def redeliver_webhook(
    *, ref: UUID, subscription_ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None
) -> WebhookDelivery:
    """
    Send a delivery again, with its `webhook-id`, delivered or not; the next sweep sends it. Nothing happens to one that
    is being sent.

    :raises NotAllowed: the actor is not an admin
    :raises WebhookNotFound: there is no such delivery
    :raises WebhookDisabled: its subscription is disabled
    """
    refuse_unless_allowed(by)
    subscription = lock_subscription(subscription_ref)
    delivery = subscription.deliveries.for_update().select_related("event").filter(ref=ref).first()
    if delivery is None:
        raise selectors.delivery_not_found()
    if not subscription.is_enabled:
        raise WebhookDisabled(_("This webhook is disabled. Please enable it first."))
    if delivery.state != DeliveryState.SENDING:
        delivery.state, delivery.due_at = DeliveryState.QUEUED, at
        delivery.failing_since, delivery.attempts = None, 0
        delivery.save()
        subscription.paused_until = None
        subscription.save(update_fields=["paused_until"])
    return delivery


def purge_webhook_deliveries(*, before: datetime) -> int:
    """Delete the deliveries that were created before a moment, whatever became of them; return how many."""
    return WebhookDelivery.objects.filter(created_at__lt=before).delete()[0]
