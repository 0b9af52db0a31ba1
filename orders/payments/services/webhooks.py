"""
The webhook's inbox: each message of the gateway is kept once, answered at once, and processed by a task.

A message only says when to look: what happened is read at the gateway. So messages may come twice, late, early or in
any order.
"""

from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext_lazy

from orders.payments.exceptions import GatewayError, PaymentStarting
from orders.payments.gateways.protocol import WebhookNotice
from orders.payments.gateways.registry import CARD_GATEWAY, gateway_of
from orders.payments.models import PaymentAttempt, Refund, RefundState, WebhookMessage
from orders.payments.services.refunds import sync_refund
from orders.payments.services.settlement import sync_attempt
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command

LEASE = timedelta(minutes=1)
FIRST_DELAY, MAX_DELAY = timedelta(seconds=5), timedelta(minutes=10)
MAX_ATTEMPTS = 12  # the sweeper and the reconciliation look at the payment anyway

# Messages about money that is paid, by which an unknown payment is noticed.
PAID_TYPES = frozenset(
    {"checkout.session.completed", "checkout.session.async_payment_succeeded", "payment_intent.succeeded"}
)
PAYMENT_TYPES = PAID_TYPES | {
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
}
REFUND_TYPES = frozenset(
    {"charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed"}
)

UNKNOWN_PAYMENT = AlertKind(
    "unknown_payment", gettext_lazy("The gateway reports a payment for no order of ours: %(payment)s (%(type)s)")
)

log = structlog.get_logger(__name__)


def receive_message(*, payload: bytes, signature: str, at: datetime) -> WebhookMessage | None:
    """
    Keep a message of the gateway; None: it is kept already.

    :param payload: the raw bytes that were signed
    :raises WebhookInvalid: the gateway has not signed it, or not lately, or it cannot be read
    """
    notice = gateway_of(CARD_GATEWAY).parse_webhook(payload, signature=signature)
    return keep_message(notice=notice, by=SYSTEM, at=at)


@command
def keep_message(*, notice: WebhookNotice, by: Actor, at: datetime) -> WebhookMessage | None:
    """Keep a verified message, once."""
    message, is_new = WebhookMessage.objects.get_or_create(
        gateway=CARD_GATEWAY,
        event_id=notice.event_id,
        defaults={
            "type": notice.type,
            "session_id": notice.session_id[:120],
            "payment_id": notice.payment_id[:120],
            "attempt_ref": notice.attempt_ref,
            "received_at": at,
            "due_at": at,
        },
    )
    return message if is_new else None


def process_message(*, message_id: int, at: datetime) -> None:
    """Process a message if it is due. Of any number of concurrent calls, one does."""
    message = claim_message(message_id=message_id, at=at)
    if message is None:
        return
    try:
        outcome = _process(message, at=at)
    except (GatewayError, PaymentStarting) as error:
        log.warning("webhook_message_postponed", message=message.event_id, reason=str(error))
        is_last = message.attempts >= MAX_ATTEMPTS
        record_outcome(message=message, outcome=str(error), is_processed=is_last, by=SYSTEM, at=at)
    else:
        record_outcome(message=message, outcome=outcome, is_processed=True, by=SYSTEM, at=at)


@command
def claim_message(*, message_id: int, at: datetime) -> WebhookMessage | None:
    message = WebhookMessage.objects.for_update(skip_locked=True).due(at).filter(pk=message_id).first()
    if message:
        message.attempts += 1
        message.due_at = at + LEASE
        message.save(update_fields=["attempts", "due_at"])
    return message


def _process(message: WebhookMessage, *, at: datetime) -> str:
    """Read what a message is about; return what was done."""
    if message.type not in PAYMENT_TYPES | REFUND_TYPES:
        return "ignored: of no type that matters here"
    attempt = _attempt_of(message)
    if attempt is None:
        return "no such payment here"
    if message.type in PAYMENT_TYPES:
        return f"payment {sync_attempt(ref=attempt.ref, at=at).state}"
    for refund in make_refunds_due(attempt=attempt, by=SYSTEM, at=at):
        sync_refund(refund_id=refund.pk, at=at)
    return "refunds looked at"


def _attempt_of(message: WebhookMessage) -> PaymentAttempt | None:
    ways = ("ref", message.attempt_ref), ("session_id", message.session_id), ("payment_id", message.payment_id)
    for column, value in ways:
        if value and (attempt := PaymentAttempt.objects.filter(**{column: value}).first()):
            return attempt
    return None


@command
def make_refunds_due(*, attempt: PaymentAttempt, by: Actor, at: datetime) -> list[Refund]:
    """Make the refunds of an attempt that the gateway has accepted due, so that they are looked at now."""
    known = Refund.objects.for_update().filter(attempt=attempt).exclude(refund_id="").order_by("pk")
    refunds = list(known.filter(state__in=(RefundState.PENDING, RefundState.DONE)))
    # One that is done may have failed since, at the guest's bank.
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(state=RefundState.PENDING, due_at=at)
    return refunds


@command
def record_outcome(*, message: WebhookMessage, outcome: str, is_processed: bool, by: Actor, at: datetime) -> None:
    """Record what became of a claimed message; one that is not processed is due again."""
    row = WebhookMessage.objects.filter(pk=message.pk, processed_at=None)
    pause = backoff_delay(message.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    row.update(outcome=outcome[:200], due_at=at + pause, processed_at=at if is_processed else None)
    if message.type in PAID_TYPES and outcome == "no such payment here":
        payment = message.payment_id or message.session_id
        raise_alert(UNKNOWN_PAYMENT, key=payment, at=at, payment=payment, type=message.type)


def purge_messages(*, before: datetime) -> int:
    """Delete the processed messages that were received before a moment; return how many."""
    return WebhookMessage.objects.filter(received_at__lt=before, processed_at__isnull=False).delete()[0]
