"""Helpers of the receipt tests: orders that are paid by card or in cash, and their refunds. No gateway is asked."""

from django.test import override_settings

from orders import services as order_services
from orders.events import OrderRefundRequested
from orders.models import PaymentMethod, RefundReason
from orders.payments import services as payment_services
from orders.payments.gateways.protocol import RefundOutcome, RefundReading, SessionReading, SessionState
from orders.payments.models import PaymentAttempt, Receipt, Refund
from orders.payments.services.refunds import record_refund_reading
from orders.services.locks import lock_order
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.shop import FRIDAY_NIGHT


def placed_by_card(basket=None, *, at=FRIDAY_NIGHT, **how):
    """Return an order that waits for its payment by card."""
    with override_settings(STRIPE_SECRET_KEY="sk_test_of_no_account"):
        return shop.place(basket or shop.basket_of(at=at), payment_method=PaymentMethod.CREDIT_CARD, at=at, **how)


def settle(order, *, at=FRIDAY_NIGHT, amount=None):
    """Settle an order's attempt as paid, as the gateway's answer does."""
    attempt = PaymentAttempt.objects.by_gateway().filter(order=order).latest("pk")
    reading = SessionReading(
        f"cs_{attempt.pk}", SessionState.PAID, amount or attempt.amount, attempt.currency, f"pi_{attempt.pk}"
    )
    return payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=SYSTEM, at=at)


def paid_by_card(basket=None, *, at=FRIDAY_NIGHT, **how):
    """Return an order that was paid by card, and so has its receipt."""
    order = placed_by_card(basket, at=at, **how)
    settle(order, at=at)
    order.refresh_from_db()
    return order


def handed_over(order, *, by, at=FRIDAY_NIGHT):
    """Cook an order, hand it over and take the cash; return the payment."""
    order_services.hand_over(ref=shop.cooked(order, by=by, at=at).ref, by=by, at=at)
    order.refresh_from_db()
    return PaymentAttempt.objects.filter(order=order).latest("pk")


def issue(attempt, *, at):
    return payment_services.issue_due_receipt(attempt_id=attempt.pk, by=SYSTEM, at=at)


@command
def request_refund(*, order, amount, by=SYSTEM, at=FRIDAY_NIGHT):
    """Request the refund of a part of what was paid; return the refund."""
    ref = uuid7()
    requested = OrderRefundRequested(refund=ref, amount=amount, reason=RefundReason.GOODWILL)
    record(lock_order(order.ref), requested, by=by, at=at)
    return Refund.objects.get(ref=ref)


def refund_done(refund, *, at=FRIDAY_NIGHT):
    """Record that the gateway has refunded."""
    reading = RefundReading(f"re_{refund.pk}", RefundOutcome.DONE)
    return record_refund_reading(ref=refund.ref, reading=reading, by=SYSTEM, at=at)


def refunded(order, amount, *, at=FRIDAY_NIGHT):
    """Refund a part of an order; return the credit note."""
    refund = refund_done(request_refund(order=order, amount=amount, at=at), at=at)
    return Receipt.objects.get(refund=refund)


def numbers():
    """Return the kind and the number of each receipt and credit note, by their numbers."""
    return [f"{receipt.kind} {receipt}" for receipt in Receipt.objects.order_by("year", "number")]
