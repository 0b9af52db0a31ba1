"""
Receipts and credit notes: issued in the transaction in which the payment, or its refund, is settled; cash, once the
handover is final.

The number is the last thing a transaction takes: the counter's lock is the last of all, and held until the commit.
"""

from datetime import date, datetime
from decimal import Decimal

from orders.models import Order
from orders.payments.models import (
    AttemptState,
    PaymentAttempt,
    Receipt,
    ReceiptCounter,
    ReceiptKind,
    ReceiptPdf,
    Refund,
    RefundRequest,
)
from orders.payments.receipts.content import ReceiptContent, credit_note_content, receipt_content
from orders.payments.refundable import RefundItems, amounts_by_rate
from orders.price_trace import PriceTrace
from orders.services.locks import lock_order
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.shop.selectors import current_shop


@command
def issue_due_receipt(*, attempt_id: int, by: Actor, at: datetime) -> Receipt | None:
    """
    Issue the receipt of a payment in cash, if it is due.

    :param at: by the database's clock, as that of the handover: it can be undone no more
    :return: None: it is not due, it has its receipt already, or the cash was given back
    """
    order = lock_order(PaymentAttempt.objects.values_list("order__ref", flat=True).get(pk=attempt_id))
    attempt = PaymentAttempt.objects.for_update().receipt_due(at).filter(pk=attempt_id).first()
    if attempt is None:
        return None
    attempt.order = order
    return issue_receipt(attempt, at=at)


def issue_receipt(attempt: PaymentAttempt, *, at: datetime) -> Receipt | None:
    """
    Issue the receipt of a paid attempt, locked with its order; once.

    :return: None: there is nothing to pay, or it has its receipt already
    """
    assert attempt.state == AttemptState.PAID and attempt.captured_at, "a payment that the shop keeps"
    order = attempt.order
    if not order.total or Receipt.objects.filter(attempt=attempt).exists():
        return None
    if attempt.receipt_due_at:
        attempt.receipt_due_at = None
        attempt.save(update_fields=["receipt_due_at"])
    content = receipt_content(order, shop=current_shop(), paid_at=attempt.captured_at)
    return _issue(
        Receipt(kind=ReceiptKind.RECEIPT, attempt=attempt, currency=attempt.captured_currency),
        order=order,
        content=content,
        at=at,
    )


def issue_credit_note(refund: Refund, *, at: datetime) -> Receipt | None:
    """
    Issue the credit note of a refund that is done, locked with its order.

    Cash that is refunded before its receipt was due gets the receipt first: the handover can be undone no more.

    :return: None: the payment has no receipt, because it was given back at once
    """
    attempt = refund.attempt
    if attempt.receipt_due_at:
        issue_receipt(attempt, at=at)
    receipt = Receipt.objects.filter(attempt=attempt).first()
    if receipt is None:
        return None
    credited = receipt.credit_notes.order_by("pk").values_list("content", flat=True)
    content = credit_note_content(
        ReceiptContent.model_validate(receipt.content),
        credited=[ReceiptContent.model_validate(each) for each in credited],
        amount=refund.amount,
        by_rate=_amounts_by_rate(refund),
        shop=current_shop(),
        refunded_at=at,
    )
    return _issue(
        Receipt(kind=ReceiptKind.CREDIT_NOTE, refund=refund, corrects=receipt, currency=receipt.currency),
        order=attempt.order,
        content=content,
        at=at,
    )


def _amounts_by_rate(refund: Refund) -> dict[Decimal, Decimal] | None:
    """Return what is refunded at each tax rate; None: no lines were chosen."""
    request = RefundRequest.objects.filter(ref=refund.ref).first()
    trace = refund.attempt.order.price_trace
    if request is None or trace is None:
        return None
    return amounts_by_rate(RefundItems.model_validate(request.items), PriceTrace.model_validate(trace))


def _issue(receipt: Receipt, *, order: Order, content: ReceiptContent, at: datetime) -> Receipt:
    """Number a receipt, and write it with its PDF that is to be made."""
    receipt.order, receipt.kitchen_id = order, order.kitchen_id
    receipt.content, receipt.total = content.model_dump(mode="json"), content.totals.total
    receipt.issued_at, receipt.business_date = at, clock.business_date(at)
    receipt.year = receipt.business_date.year
    receipt.number = _next_number(order, receipt.business_date)
    receipt.save(force_insert=True)
    ReceiptPdf.objects.create(receipt=receipt, due_at=at)
    failpoints.reach("payments.receipt.numbered")
    return receipt


def _next_number(order: Order, day: date) -> int:
    """Lock the counter of a kitchen's year, and return the next number."""
    counters = ReceiptCounter.objects.filter(kitchen_id=order.kitchen_id, year=day.year)
    counter = counters.for_update().first()
    if counter is None:  # the year's first; of several at once, one makes it, and the others wait for its commit
        ReceiptCounter.objects.bulk_create(
            [ReceiptCounter(kitchen_id=order.kitchen_id, year=day.year)], ignore_conflicts=True
        )
        counter = counters.for_update().get()
    failpoints.reach("payments.receipt.counter_read")
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return counter.last_number
