"""
Reconciliation: the shop's orders, payments and tickets compared with the gateway's own list of payments.

What can be proved is put right at once: a payment that no message has reported, a second charge of an order. The rest
is a finding, and an alert to the managers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy

from kitchen.models import Ticket, TicketState
from orders.models import CARD_METHODS, Order, OrderStatus, RefundReason
from orders.payments.exceptions import GatewayError, PaymentStarting
from orders.payments.gateways.protocol import GatewayPayment, SessionReading, SessionState
from orders.payments.gateways.registry import CARD_GATEWAY, gateway_of
from orders.payments.models import (
    AttemptState,
    FindingKind,
    PaymentAttempt,
    ReconciliationFinding,
    ReconciliationRun,
    RefundState,
)
from orders.payments.services.settlement import return_payment, settle_attempt, sync_attempt
from orders.services.locks import lock_order
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.money import ZERO

WINDOW = timedelta(hours=48)
MARGIN = timedelta(hours=1)  # between a payment at the gateway and its row here
SETTLED_WITHIN = timedelta(minutes=2)  # so long the shop may take by itself to settle a payment, or to send a refund

PAYMENT_MISMATCH = AlertKind(
    "payment_mismatch", gettext_lazy("The books and the gateway disagree: %(what)s, %(about)s.")
)
RECONCILIATION_FAILED = AlertKind(
    "reconciliation_failed", gettext_lazy("The books could not be compared with the gateway's: %(reason)s")
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    order: Order | None = None
    payment_id: str = ""
    amount: Decimal | None = None
    is_repaired: bool = False


def reconcile(*, now: Callable[[], datetime]) -> ReconciliationRun | None:
    """
    Compare open orders, and those of the last 48 hours, with the gateway's payments; None: no gateway is configured.

    A gateway that cannot be asked ends the run, which then has the error.
    """
    if not settings.STRIPE_SECRET_KEY:
        return None
    run = begin_run(by=SYSTEM, at=now())
    try:
        _sync_open_attempts(now)
        payments = list(gateway_of(CARD_GATEWAY).payments(since=run.started_at - WINDOW - MARGIN))
        findings = [finding for payment in payments for finding in _compare_payment(payment, at=now())]
    except GatewayError as error:
        log.warning("reconciliation_failed", reason=str(error))
        return finish_run(run=run, findings=(), payments=0, orders=0, error=str(error), by=SYSTEM, at=now())
    orders, of_orders = _compare_orders(
        {payment.payment_id for payment in payments}, since=run.started_at - WINDOW, until=run.started_at
    )
    findings += of_orders
    return finish_run(run=run, findings=findings, payments=len(payments), orders=orders, by=SYSTEM, at=now())


@command
def begin_run(*, by: Actor, at: datetime) -> ReconciliationRun:
    return ReconciliationRun.objects.create(started_at=at)


@command
def finish_run(
    *,
    run: ReconciliationRun,
    findings: Iterable[Finding],
    payments: int,
    orders: int,
    error: str = "",
    by: Actor,
    at: datetime,
) -> ReconciliationRun:
    """Store the outcome of a run, and raise an alert if it failed, and for each finding that was not put right."""
    run.finished_at, run.payments, run.orders, run.error = at, payments, orders, error[:200]
    run.save()
    findings = list(findings)
    ReconciliationFinding.objects.bulk_create(
        ReconciliationFinding(
            run=run,
            kind=finding.kind,
            order=finding.order,
            payment_id=finding.payment_id,
            amount=finding.amount,
            is_repaired=finding.is_repaired,
        )
        for finding in findings
    )
    if error:
        raise_alert(RECONCILIATION_FAILED, at=at, reason=error[:200])
    for finding in findings:
        if not finding.is_repaired:
            about = str(finding.order or finding.payment_id)
            key = f"{finding.kind} {finding.order.ref if finding.order else finding.payment_id}"
            raise_alert(PAYMENT_MISMATCH, key=key[:120], at=at, what=str(finding.kind.label), about=about)
    return run


def purge_runs(*, before: datetime) -> int:
    """Delete the runs that began before a moment, with their findings; return how many."""
    return ReconciliationRun.objects.filter(started_at__lt=before).delete()[1].get("payments.ReconciliationRun", 0)


# --- From the gateway's list ---


def _sync_open_attempts(now: Callable[[], datetime]) -> None:
    """Read every session that is open and was asked for a while ago."""
    asked = PaymentAttempt.objects.filter(state=AttemptState.OPEN, asked_at__lt=now() - SETTLED_WITHIN)
    for attempt in asked.order_by("pk"):
        try:
            sync_attempt(ref=attempt.ref, at=now())
        except (PaymentStarting, GatewayError) as error:  # the others are looked at nevertheless
            log.warning("payment_not_read", attempt=str(attempt.ref), reason=str(error))


def _compare_payment(payment: GatewayPayment, *, at: datetime) -> Iterator[Finding]:
    """Compare a payment of the gateway with its attempt, and put right what it proves."""
    attempt = PaymentAttempt.objects.select_related("order").filter(payment_id=payment.payment_id).first()
    if attempt:
        yield from _compare_amounts(payment, attempt, at=at)
        return
    meant = None
    if payment.attempt_ref:
        meant = PaymentAttempt.objects.select_related("order").filter(ref=payment.attempt_ref).first()
    if meant is None:
        if payment.created_at < at - SETTLED_WITHIN:
            yield Finding(FindingKind.WITHOUT_ORDER, payment_id=payment.payment_id, amount=payment.amount)
        return
    if meant.state in (AttemptState.OPEN, AttemptState.FAILED):
        reading = SessionReading(
            meant.session_id, SessionState.PAID, payment.amount, payment.currency, payment_id=payment.payment_id
        )
        settle_attempt(ref=meant.ref, reading=reading, by=SYSTEM, at=at)
        kind = FindingKind.PAID_NOT_IN_KITCHEN
    else:
        return_second_charge(attempt=meant, payment=payment, by=SYSTEM, at=at)
        kind = FindingKind.CHARGED_TWICE
    yield Finding(kind, meant.order, payment.payment_id, payment.amount, is_repaired=True)


def _compare_amounts(payment: GatewayPayment, attempt: PaymentAttempt, *, at: datetime) -> Iterator[Finding]:
    if (payment.amount, payment.currency) != (attempt.captured, attempt.captured_currency):
        yield Finding(FindingKind.OTHER_AMOUNT, attempt.order, payment.payment_id, payment.amount)
    refunds = attempt.refunds.aggregate(
        known=Sum("amount", filter=~Q(state=RefundState.FAILED), default=ZERO),
        done=Sum("amount", filter=Q(state=RefundState.DONE, done_at__lt=at - SETTLED_WITHIN), default=ZERO),
    )
    if payment.refunded > refunds["known"]:
        yield Finding(FindingKind.REFUNDED_NOT_CANCELLED, attempt.order, payment.payment_id, payment.refunded)
    if payment.refunded < refunds["done"]:
        yield Finding(FindingKind.NOT_REFUNDED, attempt.order, payment.payment_id, refunds["done"])


@command
def return_second_charge(*, attempt: PaymentAttempt, payment: GatewayPayment, by: Actor, at: datetime) -> None:
    """Record a second charge for an attempt that is paid already, and request its refund; once."""
    order = lock_order(attempt.order.ref)
    if PaymentAttempt.objects.filter(payment_id=payment.payment_id).exists():
        return
    duplicate = PaymentAttempt.objects.create(
        order=order,
        gateway=attempt.gateway,
        method=attempt.method,
        amount=payment.amount,
        currency=payment.currency,
        state=AttemptState.DUPLICATE,
        payment_id=payment.payment_id,
        created_at=at,
        expires_at=at,
        due_at=at,
        captured=payment.amount,
        captured_currency=payment.currency,
        captured_at=at,
    )
    return_payment(duplicate, reason=RefundReason.DUPLICATE, by=by, at=at)


# --- From the shop's own books ---


def _compare_orders(listed: set[str], *, since: datetime, until: datetime) -> tuple[int, list[Finding]]:
    """
    Return how many orders were compared, and what is wrong with them.

    :param listed: ids of the payments that the gateway has
    :param since, until: from when to when payments are compared with that list
    """
    is_open = ~Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED))
    orders = list(
        Order.objects.filter(is_open | Q(placed_at__gte=since), payment_method__in=CARD_METHODS)
        .exclude(status=OrderStatus.PENDING)
        .order_by("pk")
    )
    tickets = dict(Ticket.objects.filter(ref__in=[order.ref for order in orders]).values_list("ref", "state"))
    findings = [finding for order in orders for finding in _compare_order(order, tickets.get(order.ref))]
    # What was settled after the gateway's list was read is not in it.
    settled = Q(captured_at__gte=since, captured_at__lt=until - SETTLED_WITHIN)
    captured = PaymentAttempt.objects.by_gateway().filter(settled, captured__gt=F("refund_requested"))
    findings += [
        Finding(FindingKind.NOT_AT_GATEWAY, attempt.order, attempt.payment_id, attempt.captured)
        for attempt in captured.select_related("order").order_by("pk")
        if attempt.payment_id not in listed
    ]
    return len(orders), findings


def _compare_order(order: Order, ticket: str | None) -> Iterator[Finding]:
    is_cooked = order.status != OrderStatus.CANCELLED
    if is_cooked and order.amount_due:
        yield Finding(FindingKind.COOKED_NOT_PAID, order, amount=order.amount_due)
    if is_cooked and ticket in (None, TicketState.HELD, TicketState.WITHDRAWN):
        yield Finding(FindingKind.PAID_NOT_IN_KITCHEN, order, amount=order.paid)
    if not is_cooked and order.amount_kept:
        yield Finding(FindingKind.NOT_REFUNDED, order, amount=order.amount_kept)
