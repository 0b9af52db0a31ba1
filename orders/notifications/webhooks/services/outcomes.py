"""
Outcomes of attempts: what follows from an answer, or from none, for a delivery and for its subscription.

A delivery that failed is tried again for a day, and then given up, with an alert; its subscription is paused. The
subscription is disabled, with an alert, when all attempts of a day failed, or the receiver is gone.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from orders.notifications.webhooks.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookSubscription,
)
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command

WEBHOOK_DISABLED = AlertKind("webhook_disabled", _("The webhook at %(host)s was disabled: %(reason)s"))
DELIVERY_GIVEN_UP = AlertKind(
    "webhook_delivery_given_up", _("An event could not be delivered to the webhook at %(host)s: %(reason)s")
)

RETRIED_FOR = timedelta(days=1)  # from the first failed attempt
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(hours=1)  # of a delivery
MAX_PAUSE = timedelta(minutes=5)  # of a subscription


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
    row.subscription = subscription
    status = outcome if isinstance(outcome, int) else None
    if status and HTTPStatus(200) <= status < HTTPStatus(300):
        _record_success(row, status, at=at)
    elif (row.state, row.due_at) == (DeliveryState.SENDING, delivery.due_at):
        record_failure(row, f"The receiver answered {status}." if status else str(outcome), status=status, at=at)


def _record_success(delivery: WebhookDelivery, status: int, *, at: datetime) -> None:
    delivery.state, delivery.delivered_at, delivery.response_status = DeliveryState.DELIVERED, at, status
    delivery.error, delivery.failing_since = "", None
    delivery.save()
    if delivery.subscription.failing_since:
        _end_failing(delivery.subscription)


def record_failure(delivery: WebhookDelivery, reason: str, *, status: int | None = None, at: datetime) -> None:
    """
    Record a failed attempt, in the transaction that has locked the delivery and its subscription.

    :param delivery: with its subscription
    :param status: of the answer; None: there was none
    """
    is_gone = status == HTTPStatus.GONE
    _fail(delivery, reason, status=status, is_last=is_gone, at=at)
    delivery.save()
    subscription = delivery.subscription
    _pause_or_disable(subscription, is_gone=is_gone, at=at)
    host = urlsplit(subscription.url).hostname or ""
    if delivery.state == DeliveryState.DEAD:
        raise_alert(DELIVERY_GIVEN_UP, key=str(subscription.ref), at=at, host=host, reason=delivery.error)
    if not subscription.is_enabled:
        raise_alert(WEBHOOK_DISABLED, key=str(subscription.ref), at=at, host=host, reason=subscription.disabled_reason)


def _fail(delivery: WebhookDelivery, reason: str, *, status: int | None, is_last: bool, at: datetime) -> None:
    """Schedule the next attempt of a delivery; the last one is a day after the first that failed."""
    delivery.error, delivery.response_status = reason[:200], status
    delivery.failing_since = delivery.failing_since or at
    ends_at = delivery.failing_since + RETRIED_FOR
    if is_last or at >= ends_at:
        delivery.state, delivery.due_at = DeliveryState.DEAD, at
        return
    delay = backoff_delay(min(delivery.attempts, 20), first=FIRST_DELAY, longest=MAX_DELAY)
    delivery.state, delivery.due_at = DeliveryState.FAILED, min(at + delay, ends_at)


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
    if subscription.is_enabled and not subscription.deliveries.pending().exists():
        # Nothing is attempted until the next event, so that the time until then does not count as a time of failures.
        _end_failing(subscription)


def _end_failing(subscription: WebhookSubscription) -> None:
    subscription.failing_since, subscription.failures, subscription.paused_until = None, 0, None
    subscription.save(update_fields=["failing_since", "failures", "paused_until"])
