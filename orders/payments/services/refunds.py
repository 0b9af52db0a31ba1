"""
Refunds: each is claimed, asked for outside any transaction, and its outcome recorded.

A request without an answer is repeated with the same idempotency key. One that was answered by an error gets a new key,
but only after reading what the gateway has: it may have refunded and failed to say so.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.payments.exceptions import GatewayError, RefundNotRetriable
from orders.payments.gateways.protocol import RefundOutcome, RefundReading
from orders.payments.gateways.registry import gateway_of
from orders.payments.models import Refund, RefundState
from orders.payments.permissions import REFUND
from orders.payments.services.receipts import issue_credit_note
from orders.services import payment as order_payment
from orders.services.locks import lock_order
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.step_up import require_recent_auth

LEASE = timedelta(minutes=1)
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(hours=1)
LOOK_UP_EVERY = timedelta(hours=1)  # at a refund that the gateway has accepted, until it is done
MAX_ATTEMPTS = 12

REFUND_FAILED = AlertKind(
    "refund_failed", gettext_lazy("The refund of %(amount)s for order %(order)s has failed: %(reason)s")
)

log = structlog.get_logger(__name__)


def sync_refund(*, refund_id: int, at: datetime) -> None:
    """Send a refund if it is due, or ask what became of it. Of any number of concurrent calls, one does."""
    refund = claim_refund(refund_id=refund_id, at=at)
    if refund is None:
        return
    failpoints.reach("payments.refund.before_asking")
    try:
        reading = _ask(refund)
    except GatewayError as error:
        log.warning("refund_failed", refund=str(refund.ref), reason=str(error))
        record_refund_error(ref=refund.ref, error=error, by=SYSTEM, at=at)
        return
    failpoints.reach("payments.refund.answered")
    record_refund_reading(ref=refund.ref, reading=reading, by=SYSTEM, at=at)


@command
def claim_refund(*, refund_id: int, at: datetime) -> Refund | None:
    """Claim a due refund until its lease ends; None: it is not due, or another worker has it."""
    refunds = Refund.objects.for_update(skip_locked=True).due(at).select_related("attempt__order")
    refund = refunds.filter(pk=refund_id).first()
    if refund:
        refund.attempts += 1
        refund.due_at = at + LEASE
        refund.save(update_fields=["attempts", "due_at"])
    return refund


def _ask(refund: Refund) -> RefundReading:
    gateway = gateway_of(refund.attempt.gateway)
    is_first = refund.attempts == 1 and not refund.refund_id
    existing = None if is_first else gateway.find_refund(refund)
    return existing or gateway.refund(refund)


@command
def record_refund_reading(*, ref: UUID, reading: RefundReading, by: Actor, at: datetime) -> Refund:
    """
    Record what the gateway says of a refund; the order's event is recorded once it is done.

    :param ref: the refund's ref
    """
    refund = _lock(ref)
    refund.refund_id, refund.error = reading.refund_id, reading.error[:200]
    match reading.outcome:
        case RefundOutcome.PENDING:
            refund.state, refund.due_at = RefundState.PENDING, at + LOOK_UP_EVERY
        case RefundOutcome.FAILED:
            refund.state = RefundState.FAILED
        case RefundOutcome.DONE:
            refund.state = RefundState.DONE
    is_first_done = refund.state == RefundState.DONE and refund.done_at is None
    refund.done_at = at if is_first_done else refund.done_at
    refund.save()
    if is_first_done:
        order_payment.record_refund(refund.attempt.order, refund=ref, amount=refund.amount, by=by, at=at)
        issue_credit_note(refund, at=at)
    if refund.state == RefundState.FAILED:
        _alert_failed(refund, reading.error or "failed", at=at)
    return refund


@command
def record_refund_error(*, ref: UUID, error: GatewayError, by: Actor, at: datetime) -> Refund:
    """Record that a refund could not be asked for: it is tried again later, and given up after the last attempt."""
    refund = _lock(ref)
    if error.is_answered:
        refund.idempotency_key = uuid7()
    refund.error = str(error)[:200]
    refund.due_at = at + backoff_delay(refund.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    is_last = refund.state == RefundState.REQUESTED and refund.attempts >= MAX_ATTEMPTS
    if is_last:
        refund.state = RefundState.FAILED
    refund.save()
    if is_last:
        _alert_failed(refund, str(error), at=at)
    return refund


@command
def retry_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """
    Send a refund that has failed once more.

    :raises NotAllowed: the actor may not refund
    :raises ReauthenticationRequired: the actor has not authenticated within the last ten minutes
    :raises RefundNotRetriable: it has not failed
    """
    if not by.may(REFUND):
        raise NotAllowed(_("Only managers can do that."))
    require_recent_auth(by, at=at)
    refund = _lock(Refund.objects.values_list("ref", flat=True).get(pk=refund_id))
    if refund.state != RefundState.FAILED:
        raise RefundNotRetriable(_("Only a refund that has failed can be sent again."))
    refund.state, refund.attempts, refund.error, refund.due_at = RefundState.REQUESTED, 1, "", at
    refund.refund_id, refund.idempotency_key = "", uuid7()
    refund.save()
    return refund


def _lock(ref: UUID) -> Refund:
    """Lock a refund after its order, and return it; the order's event may follow."""
    order = lock_order(Refund.objects.values_list("attempt__order__ref", flat=True).get(ref=ref))
    refund = Refund.objects.for_update().select_related("attempt").get(ref=ref)
    refund.attempt.order = order
    return refund


def _alert_failed(refund: Refund, reason: str, *, at: datetime) -> None:
    raise_alert(
        REFUND_FAILED,
        key=str(refund.ref),
        at=at,
        order=str(refund.attempt.order),
        amount=f"{refund.amount} {refund.attempt.captured_currency}",
        reason=reason[:200],
    )
