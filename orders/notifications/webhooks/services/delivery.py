"""
Deliveries in three steps, so that nothing is locked while the receiver is asked: claim, send, record.

A subscription is sent one delivery at a time, the oldest that is due first. So a receiver that is slow occupies one
worker at most, and one that fails is paused: after a failed attempt nothing is sent to it for a while, and then one
delivery, which the others follow when it succeeds: one that did not fail yet, as the receiver may refuse the other.

A worker that is killed between the first step and the last leaves the delivery claimed; when the lease ends, it is sent
again, with the same `webhook-id`. The locks are taken in one order: the subscription, then its delivery.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from orders.notifications.webhooks import selectors
from orders.notifications.webhooks.exceptions import WebhookDisabled
from orders.notifications.webhooks.messages import headers_of, message_of
from orders.notifications.webhooks.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookSubscription,
)
from orders.notifications.webhooks.services.outcomes import record_failure, record_webhook_outcome
from orders.notifications.webhooks.services.subscriptions import lock_subscription, refuse_unless_allowed
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.outbound_http.deadline import RequestFailed
from pizzeria.foundation.outbound_http.requests import post

LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome
WORKER_TERMINATED = "worker terminated before it reported a result"

log = structlog.get_logger(__name__)


@command
def create_webhook_deliveries(*, event_id: int, at: datetime) -> list[int]:
    """
    Create the deliveries of a stored event, one for each subscription to it, once, however often it is relayed.

    The subscriptions are locked: none is deleted meanwhile, and no outcome recorded that would end a sequence of tasks.

    :returns: the ids of the subscriptions that need a task: nothing else is due or being sent, which brings this along
    :raises StoredEvent.DoesNotExist: there is no such event
    """
    event = StoredEvent.objects.get(pk=event_id)
    subscriptions = list(selectors.subscribed_to(event).for_update())
    busy = selectors.busy_subscriptions(at)
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(subscription=each, event=event, created_at=at, due_at=at) for each in subscriptions],
        ignore_conflicts=True,
    )
    return [each.pk for each in subscriptions if each.pk not in busy and each.accepts_deliveries(at)]


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
    due = deliveries.due(at).select_related("event").for_update()
    delivery = due.order_by(*_sequence(subscription)).first()
    if delivery is None:
        return None
    delivery.subscription = subscription
    if delivery.state == DeliveryState.SENDING:
        record_failure(delivery, WORKER_TERMINATED, at=at)
    if delivery.state == DeliveryState.DEAD:
        return None
    delivery.state, delivery.due_at = DeliveryState.SENDING, at + LEASE
    delivery.attempts += 1
    delivery.save(update_fields=["state", "due_at", "attempts"])
    return delivery


def _sequence(subscription: WebhookSubscription) -> list[str | OrderBy]:
    """Return by what the due deliveries are sorted: while a subscription fails, those that did not fail come first."""
    oldest_first: list[str | OrderBy] = ["pk"]
    if subscription.failing_since is None:
        return oldest_first
    return [F("failing_since").asc(nulls_first=True), *oldest_first]


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
