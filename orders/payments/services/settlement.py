"""
Settlement: what the gateway knows of an attempt is read, and its order follows.

The webhook, the page to which the guest returns, the sweeper and the reconciliation all call `sync_attempt`: none of
them says what happened, they only say when to look.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils.translation import gettext_lazy

from kitchen.models import Kitchen
from orders.models import Coupon, Order, OrderStatus, PaymentFailure, RefundReason
from orders.payments.exceptions import GatewayError, PaymentStarting
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.gateways.registry import gateway_of
from orders.payments.models import LIVE_STATES, AttemptState, PaymentAttempt
from orders.payments.services.receipts import issue_receipt
from orders.payments.services.starting import LOOK_UP_EVERY, ask_for_session, claim_recovery, find_lost_session
from orders.services import payment as order_payment
from orders.services.coupons import lock_coupon_of
from orders.services.locks import lock_kitchen_of, lock_order
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command

LEASE = timedelta(minutes=1)
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(minutes=10)
LOOKUPS_BEFORE_ALERT = 5
# So long an order waits beyond its hold for a gateway that cannot be asked. Then its place is given to others: a
# payment that turns out to have happened is refunded.
GRACE = timedelta(minutes=10)

PAYMENT_RETURNED = AlertKind(
    "payment_returned", gettext_lazy("Order %(order)s: a payment of %(amount)s is refunded at once: %(reason)s.")
)
GATEWAY_UNREACHABLE = AlertKind(
    "payment_gateway_unreachable", gettext_lazy("The gateway cannot be asked about order %(order)s: %(reason)s")
)

log = structlog.get_logger(__name__)


def sync_attempt(*, ref: UUID, at: datetime) -> PaymentAttempt:
    """
    Read an attempt's session at the gateway, and settle what follows.

    The session of an order that waits no longer is ended before it is read: then nobody pays it any more.

    :param ref: the attempt's ref
    :raises GatewayError: it could not be read; nothing is settled
    :raises PaymentStarting: its session is being asked for just now; nothing is settled
    """
    attempt = PaymentAttempt.objects.select_related("order__contact").get(ref=ref)
    if attempt.state not in (AttemptState.OPEN, AttemptState.FAILED):
        return attempt
    reading = _read(attempt, at=at)
    failpoints.reach("payments.sync.read")
    return settle_attempt(ref=ref, reading=reading, by=SYSTEM, at=at)


def _read(attempt: PaymentAttempt, *, at: datetime) -> SessionReading | None:
    """
    Return the session as it is now; None: none was ever asked for.

    Once the order waits no longer, no session is made for it any more: one that cannot be found is one that has ended.
    """
    if attempt.asked_at is None:
        return None
    gateway = gateway_of(attempt.gateway)
    if not attempt.session_id:
        attempt = claim_recovery(ref=attempt.ref, at=at)
        if not attempt.session_id and _is_over(attempt, at):
            found = find_lost_session(attempt, at=at)
            if found is None:
                return SessionReading("", SessionState.EXPIRED, attempt.amount, attempt.currency)
            attempt = found
        attempt = attempt if attempt.session_id else ask_for_session(attempt, is_repeated=True, at=at)
    if attempt.state == AttemptState.OPEN and _is_over(attempt, at):
        gateway.expire(attempt)
        failpoints.reach("payments.sync.expired")
    return gateway.look_up(attempt)


def _is_over(attempt: PaymentAttempt, at: datetime) -> bool:
    return at >= attempt.expires_at or attempt.order.status != OrderStatus.PENDING


@command
def settle_attempt(*, ref: UUID, reading: SessionReading | None, by: Actor, at: datetime) -> PaymentAttempt:
    """
    Settle an attempt by what was read at the gateway. Nothing happens to one that is settled.

    Paid and expected: the order is confirmed. Paid, but too late, twice, or not what it costs: the payment is returned.
    Ended without a payment: a pending order is cancelled.

    :param ref: the attempt's ref
    :param reading: None: no session was ever asked for
    """
    order_ref = PaymentAttempt.objects.values_list("order__ref", flat=True).get(ref=ref)
    coupon = lock_coupon_of(order_ref)
    kitchen = lock_kitchen_of(order_ref)
    order = lock_order(order_ref)
    attempt = PaymentAttempt.objects.for_update().get(ref=ref)
    attempt.order = order
    match attempt.state:
        case AttemptState.OPEN | AttemptState.FAILED if reading and reading.state == SessionState.PAID:
            _settle_payment(attempt, reading, kitchen=kitchen, coupon=coupon, by=by, at=at)
        case AttemptState.OPEN if _has_ended(attempt, reading, at=at):
            _settle_failure(attempt, reading, kitchen=kitchen, coupon=coupon, by=by, at=at)
        case AttemptState.OPEN:
            attempt.due_at = min(at + LOOK_UP_EVERY, max(attempt.expires_at, at + FIRST_DELAY))
            attempt.lookups, attempt.error = 0, ""
            attempt.save(update_fields=["due_at", "lookups", "error"])
    return attempt


def _has_ended(attempt: PaymentAttempt, reading: SessionReading | None, *, at: datetime) -> bool:
    if reading is None:  # unless a session was asked for since
        return attempt.asked_at is None and _is_over(attempt, at)
    return reading.state == SessionState.EXPIRED


def _settle_failure(
    attempt: PaymentAttempt,
    reading: SessionReading | None,
    *,
    kitchen: Kitchen,
    coupon: Coupon | None,
    by: Actor,
    at: datetime,
) -> None:
    failure = reading.failure if reading else PaymentFailure.EXPIRED
    attempt.failure = attempt.failure or failure
    attempt.state, attempt.error = AttemptState.FAILED, ""
    attempt.save(update_fields=["state", "failure", "error"])
    if attempt.order.status == OrderStatus.PENDING:
        order_payment.cancel_unpaid_order(
            attempt.order,
            kitchen=kitchen,
            coupon=coupon,
            attempt=attempt.ref,
            reason=PaymentFailure(attempt.failure),
            by=by,
            at=at,
        )


def _settle_payment(
    attempt: PaymentAttempt,
    reading: SessionReading,
    *,
    kitchen: Kitchen,
    coupon: Coupon | None,
    by: Actor,
    at: datetime,
) -> None:
    order = attempt.order
    is_second = order.payment_attempts.filter(state__in=LIVE_STATES).exclude(pk=attempt.pk).exists()
    attempt.state = AttemptState.DUPLICATE if is_second else AttemptState.PAID
    attempt.payment_id, attempt.failure, attempt.error = reading.payment_id, "", ""
    attempt.captured, attempt.captured_currency, attempt.captured_at = reading.amount, reading.currency, at
    attempt.save()
    is_exact = (reading.amount, reading.currency) == (attempt.amount, attempt.currency)
    if order.status == OrderStatus.PENDING and is_exact and not is_second:
        order_payment.confirm_paid_order(
            order, kitchen=kitchen, attempt=attempt.ref, amount=reading.amount, by=by, at=at
        )
        issue_receipt(attempt, at=at)
        return
    if order.status == OrderStatus.PENDING and not is_second:
        order_payment.cancel_unpaid_order(
            order,
            kitchen=kitchen,
            coupon=coupon,
            attempt=attempt.ref,
            reason=PaymentFailure.WRONG_AMOUNT,
            by=by,
            at=at,
        )
    return_payment(attempt, reason=_reason_to_return(order, is_second=is_second, is_exact=is_exact), by=by, at=at)


def _reason_to_return(order: Order, *, is_second: bool, is_exact: bool) -> RefundReason:
    if is_second or order.status != OrderStatus.CANCELLED:
        return RefundReason.DUPLICATE
    return RefundReason.LATE_PAYMENT if is_exact else RefundReason.WRONG_AMOUNT


def return_payment(attempt: PaymentAttempt, *, reason: RefundReason, by: Actor, at: datetime) -> None:
    """Record a captured attempt on its locked order, request its refund, and alert the managers."""
    order = attempt.order
    order_payment.return_payment(order, attempt=attempt.ref, amount=attempt.captured, reason=reason, by=by, at=at)
    raise_alert(
        PAYMENT_RETURNED,
        key=str(attempt.ref),
        at=at,
        order=str(order),
        amount=f"{attempt.captured} {attempt.captured_currency}",
        reason=str(reason.label),
    )


# --- The sweeper ---


def sync_due_attempt(*, attempt_id: int, at: datetime) -> None:
    """
    Sync an attempt if it is due. Of any number of concurrent calls, one does.

    A gateway that cannot be asked is asked again later and later, and its order does not wait for ever.
    """
    attempt = claim_lookup(attempt_id=attempt_id, at=at)
    if attempt is None:
        return
    try:
        sync_attempt(ref=attempt.ref, at=at)
    except PaymentStarting:
        log.info("payment_lookup_postponed", attempt=str(attempt.ref))
    except GatewayError as error:
        log.warning("payment_lookup_failed", attempt=str(attempt.ref), reason=str(error))
        postpone_lookup(ref=attempt.ref, reason=str(error), by=SYSTEM, at=at)
        if at >= attempt.expires_at + GRACE:
            cancel_unsettled(ref=attempt.ref, reason=PaymentFailure.EXPIRED, by=SYSTEM, at=at)


@command
def claim_lookup(*, attempt_id: int, at: datetime) -> PaymentAttempt | None:
    """Claim a due attempt until its lease ends; None: it is not due, or another worker has it."""
    attempt = PaymentAttempt.objects.for_update(skip_locked=True).due(at).filter(pk=attempt_id).first()
    if attempt:
        attempt.due_at = at + LEASE
        attempt.save(update_fields=["due_at"])
    return attempt


@command
def postpone_lookup(*, ref: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Ask again later; managers are alerted once it has failed some times in a row."""
    attempt = PaymentAttempt.objects.for_update().select_related("order").get(ref=ref)
    attempt.lookups += 1
    later = at + backoff_delay(attempt.lookups, first=FIRST_DELAY, longest=MAX_DELAY)
    ends = (attempt.expires_at, attempt.expires_at + GRACE)  # an order waits for its payment no longer than that
    attempt.due_at = min([later, *(end for end in ends if end > at)])
    attempt.error = reason[:200]
    attempt.save(update_fields=["lookups", "due_at", "error"])
    if attempt.lookups >= LOOKUPS_BEFORE_ALERT:
        raise_alert(GATEWAY_UNREACHABLE, at=at, order=str(attempt.order), reason=reason[:200])


@command
def cancel_unsettled(*, ref: UUID, reason: PaymentFailure, by: Actor, at: datetime) -> None:
    """
    Cancel a pending order although the gateway cannot be asked about its attempt, which stays open.

    :param ref: the attempt's ref
    """
    attempt = PaymentAttempt.objects.select_related("order").get(ref=ref)
    coupon = lock_coupon_of(attempt.order.ref)
    kitchen = lock_kitchen_of(attempt.order.ref)
    order = lock_order(attempt.order.ref)
    if order.status == OrderStatus.PENDING:
        order_payment.cancel_unpaid_order(
            order, kitchen=kitchen, coupon=coupon, attempt=ref, reason=reason, by=by, at=at
        )
