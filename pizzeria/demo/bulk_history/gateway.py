"""The card payments of the past, told to the demo's stand-in for Stripe, so that they can be refunded and compared."""

from collections.abc import Iterator
from pathlib import Path

from orders.payments.gateways.registry import CARD_GATEWAY
from orders.payments.gateways.stripe import to_minor_units
from orders.payments.models import AttemptState, PaymentAttempt, RefundState
from pizzeria.devtools.stripe_server.past_payments import PastPayment, PastRefund, record_past_payments


def record_card_payments(folder: Path) -> int:
    """
    Record the card payments of all past orders, and their refunds, at the stand-in; return how many payments.

    :param folder: the stand-in's data
    """
    return record_past_payments(folder, _past_payments())


def _past_payments() -> Iterator[PastPayment]:
    paid = PaymentAttempt.objects.filter(gateway=CARD_GATEWAY, state=AttemptState.PAID)
    attempts = paid.select_related("order").prefetch_related("refunds").order_by("captured_at", "pk")
    for attempt in attempts.iterator(chunk_size=2000):
        assert attempt.captured_at is not None, "it is paid"
        currency = attempt.captured_currency
        yield PastPayment(
            session_id=attempt.session_id,
            payment_id=attempt.payment_id,
            amount=to_minor_units(attempt.captured, currency),
            currency=currency.lower(),
            reference=str(attempt.order.ref),
            description=f"Order #{attempt.order.number}",
            metadata={"order": str(attempt.order.ref), "attempt": str(attempt.ref)},
            at=int(attempt.captured_at.timestamp()),
            refunds=tuple(
                PastRefund(
                    id=refund.refund_id,
                    amount=to_minor_units(refund.amount, currency),
                    at=int(refund.done_at.timestamp()),
                    metadata={"refund": str(refund.ref), "attempt": str(attempt.ref)},
                )
                for refund in attempt.refunds.all()
                if refund.state == RefundState.DONE and refund.done_at
            ),
        )
