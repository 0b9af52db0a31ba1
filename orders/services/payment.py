"""
What a payment's outcome makes of its order, within the command of `orders.payments` that has learned of it.

The caller has locked the kitchen and the order, and before them, if the order may be cancelled, its coupon.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from kitchen.promises import Promise
from orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderPaymentCaptured,
    OrderPaymentFailed,
    OrderRefunded,
    OrderRefundRequested,
)
from orders.models import CancelReason, Coupon, Order, PaymentFailure, PaymentMethod, RefundReason
from orders.services.coupons import give_back_coupon
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.log import record
from pizzeria.foundation.ids import uuid7


def confirm_paid_order(
    order: Order, *, kitchen: Kitchen, attempt: UUID, amount: Decimal, by: Actor, at: datetime
) -> None:
    """
    Record that a pending order is paid, and let its ticket be cooked.

    :param attempt: the payment attempt's ref
    """
    promise = kitchen_services.release_hold(kitchen=kitchen, ref=order.ref, by=by, at=at)
    if order.requested_for and order.promise_until and promise.ready_from <= order.promise_until:
        promise = Promise(order.requested_for, order.promise_until)  # the time that the guest has chosen
    confirmed = OrderConfirmed(
        payment_method=PaymentMethod(order.payment_method),
        payment="paid",
        promise_from=promise.ready_from,
        promise_until=promise.ready_until,
    )
    record(order, OrderPaymentCaptured(attempt=attempt, amount=amount), confirmed, by=by, at=at)


def cancel_unpaid_order(
    order: Order,
    *,
    kitchen: Kitchen,
    coupon: Coupon | None,
    attempt: UUID,
    reason: PaymentFailure,
    by: Actor,
    at: datetime,
) -> None:
    """
    Record that the payment of a pending order has failed, cancel the order and free its place in the kitchen.

    :param coupon: the order's (`lock_coupon_of`); its use is given back
    """
    kitchen_services.withdraw_ticket(kitchen=kitchen, ref=order.ref, by=by, at=at)
    give_back_coupon(coupon, order=order, at=at)
    failed = OrderPaymentFailed(attempt=attempt, reason=reason)
    record(order, failed, OrderCancelled(reason=CancelReason.PAYMENT_FAILED), by=by, at=at)


def return_payment(
    order: Order, *, attempt: UUID, amount: Decimal, reason: RefundReason, by: Actor, at: datetime
) -> None:
    """Record a payment that the shop cannot keep, and request its refund."""
    captured = OrderPaymentCaptured(attempt=attempt, amount=amount)
    record(order, captured, OrderRefundRequested(refund=uuid7(), amount=amount, reason=reason), by=by, at=at)


def refund_part(order: Order, *, refund: UUID, amount: Decimal, by: Actor, at: datetime) -> None:
    """
    Record that managers refund a part of what was paid. The kitchen need not be locked.

    :param refund: the refund's ref
    """
    record(order, OrderRefundRequested(refund=refund, amount=amount, reason=RefundReason.GOODWILL), by=by, at=at)


def record_refund(order: Order, *, refund: UUID, amount: Decimal, by: Actor, at: datetime) -> None:
    """Record that the gateway has refunded an amount. The kitchen need not be locked."""
    record(order, OrderRefunded(refund=refund, amount=amount), by=by, at=at)
