"""
The rows of payments that follow from an order's events, written in the transaction in which they are recorded.

Nothing is asked and no event is recorded here: an attempt or a refund exists exactly if the order says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F

from kitchen import undo
from orders.events import OrderCancelled, OrderDelivered, OrderPlaced, OrderRefundRequested, OrderStepUndone
from orders.models import CARD_METHODS, Order, PaymentMethod, RefundReason
from orders.payments.gateways.registry import CARD_GATEWAY
from orders.payments.models import (
    AttemptState,
    GatewayName,
    PaymentAttempt,
    Refund,
    RefundRequest,
    RefundRequestState,
)
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent

_TYPES = {each.type for each in (OrderPlaced, OrderCancelled, OrderDelivered, OrderStepUndone, OrderRefundRequested)}


def write_rows(*, order: Order, events: Sequence[StoredEvent]) -> None:
    """Write what follows from the new events of a locked order."""
    for event in events:
        if event.type in _TYPES:
            _write_row(order, event)


def _write_row(order: Order, event: StoredEvent) -> None:
    match domain_events.load(event):
        case OrderPlaced(payment_method=method) if method in CARD_METHODS:
            _open_attempt(order, method, at=event.at)
        case OrderCancelled():
            # Its session has to end; the sweeper does that, and finds out whether it was paid meanwhile.
            PaymentAttempt.objects.filter(order=order, state=AttemptState.OPEN).update(due_at=event.at)
            # All that was paid is refunded, so that nothing is left for a request that waits.
            RefundRequest.objects.waiting().filter(order=order).update(
                state=RefundRequestState.DECLINED, decided_at=event.at
            )
        case OrderRefundRequested() as requested:
            _request_refund(order, requested, by=event.actor, at=event.at)
        case OrderDelivered(cash_taken=cash) if cash:
            _record_cash(order, cash, at=event.at, by=event.actor, receipt_due_at=undo.final_from(event.at))
        case OrderStepUndone(cash_returned=cash) if cash:
            taken = order.payment_attempts.filter(gateway=GatewayName.CASH, state=AttemptState.PAID)
            taken.update(state=AttemptState.RETURNED, receipt_due_at=None)


def _open_attempt(order: Order, method: PaymentMethod, *, at: datetime) -> None:
    assert order.total is not None, "placed orders only"
    expires_at = at + timedelta(minutes=settings.SHOP_PAYMENT_MINUTES)
    PaymentAttempt.objects.create(
        order=order,
        gateway=CARD_GATEWAY,
        method=method,
        amount=order.total,
        currency=settings.SHOP_CURRENCY,
        created_at=at,
        expires_at=expires_at,
        due_at=expires_at,
    )


def _record_cash(
    order: Order, cash: Decimal, *, at: datetime, by: str = "", receipt_due_at: datetime | None = None
) -> PaymentAttempt:
    """
    Write the row of cash that was taken.

    :param by: who took it; blank: it was not recorded
    :param receipt_due_at: None: it gets no receipt
    """
    return PaymentAttempt.objects.create(
        order=order,
        gateway=GatewayName.CASH,
        method=PaymentMethod.CASH,
        amount=cash,
        currency=settings.SHOP_CURRENCY,
        state=AttemptState.PAID,
        created_at=at,
        expires_at=at,
        due_at=at,
        captured=cash,
        captured_currency=settings.SHOP_CURRENCY,
        captured_at=at,
        taken_by=by,
        receipt_due_at=receipt_due_at,
    )


def _record_earlier_cash(order: Order) -> PaymentAttempt:
    """Write the row of an order that was paid in cash before payments had rows; it gets no receipt."""
    assert order.delivered_at is not None, "paid when it was handed over"
    return _record_cash(order, order.paid, at=order.delivered_at)


def _request_refund(order: Order, requested: OrderRefundRequested, *, by: str, at: datetime) -> None:
    """
    Write the refund of an attempt that has so much left; a second charge is returned before the first is touched.

    :raises IntegrityError: no attempt has so much left, which the order's own constraint has not noticed
    """
    states = (AttemptState.PAID, AttemptState.DUPLICATE)
    captured = PaymentAttempt.objects.for_update().filter(order=order, state__in=states)
    wanted = AttemptState.DUPLICATE if requested.reason == RefundReason.DUPLICATE else AttemptState.PAID
    attempts = sorted(captured.order_by("pk"), key=lambda attempt: attempt.state != wanted)
    attempts = attempts or [_record_earlier_cash(order)]
    has_left = [attempt for attempt in attempts if attempt.captured - attempt.refund_requested >= requested.amount]
    attempt = (has_left or attempts)[0]
    PaymentAttempt.objects.filter(pk=attempt.pk).update(refund_requested=F("refund_requested") + requested.amount)
    Refund.objects.create(
        ref=requested.refund,
        attempt=attempt,
        amount=requested.amount,
        reason=requested.reason,
        requested_by=by,
        created_at=at,
        due_at=at,
    )
