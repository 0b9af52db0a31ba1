"""Helpers of the tests of refunds by managers: paid orders, and requests for what is refunded of them."""

from decimal import Decimal

from orders import services as order_services
from orders.models import Order
from orders.payments import refundable as refundable_parts
from orders.payments import services as payment_services
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.models import PaymentAttempt, RefundRequestReason
from orders.payments.refundable import RefundChoice
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.shop import FRIDAY_NIGHT

PIZZA, COLA = 0, 1  # the positions of the lines of an order of `two_lines`


def two_lines(*, quantity=2):
    """Return a basket with so many Margheritas at 12.99 and colas at 3.20 each."""
    return shop.basket_of(shop.pizza(), shop.simple_item(), quantity=quantity)


def paid_in_cash(basket=None, **how):
    """Return an order that was handed over, and paid in cash."""
    order = shop.cooked(shop.place(basket or two_lines(), **how), by=SYSTEM)
    return order_services.hand_over(ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT)


def paid_by_card(settings, basket=None, **how):
    """Return a confirmed order that was paid by card; no gateway is asked."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    order = shop.place(basket or two_lines(), payment_method="credit_card", **how)
    attempt = PaymentAttempt.objects.get(order=order)
    reading = SessionReading(
        f"cs_{order.pk}", SessionState.PAID, attempt.amount, attempt.currency, payment_id=f"pi_{order.pk}"
    )
    payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=SYSTEM, at=FRIDAY_NIGHT)
    return now(order)


def request(order, quantities=None, *, by, amount=None, at=FRIDAY_NIGHT, with_fee=False, with_tip=False, **more):
    """Request a refund for missing items at the amount that the page shows, unless another is given."""
    choice = RefundChoice(quantities or {}, with_fee, with_tip, more.pop("everything", False))
    if amount is None:
        amount = refundable_parts.price_refund(refundable_parts.refundable_of(now(order)), choice).amount
    return payment_services.request_refund(
        ref=uuid7(),
        order=order.ref,
        choice=choice,
        shown_amount=Decimal(amount),
        reason=RefundRequestReason.MISSING_ITEM,
        by=by,
        at=at,
        **more,
    )


def request_refund(*, ref, by, at):
    """Refund the first unit of an order that is left, whatever the page shows; return the order."""
    order = Order.objects.get(ref=ref)
    lines = refundable_parts.refundable_of(order).lines
    position, amount = next(
        ((line.position, next(iter(line.units.values()))) for line in lines if line.units), (0, Decimal("0.00"))
    )
    request(order, {position: 1}, by=by, amount=amount, at=at)
    return order


def now(order):
    return Order.objects.select_related("contact").get(pk=order.pk)
