"""Cash: nobody outside is asked. The money is in the hand when the order is, and its row says who took it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn

from orders.payments.exceptions import WebhookInvalid
from orders.payments.gateways.protocol import (
    GatewayPayment,
    RefundOutcome,
    RefundReading,
    ReturnUrls,
    SessionReading,
    SessionState,
    StartedSession,
)
from orders.payments.models import AttemptState, PaymentAttempt, Refund


class CashGateway:
    """The till at the counter, and the drivers' purses."""

    def start(self, attempt: PaymentAttempt, *, urls: ReturnUrls) -> StartedSession:
        """Return a session without a page: the guest pays at handover."""
        return StartedSession(session_id="", url=urls.paid)

    def find_session(self, attempt: PaymentAttempt) -> StartedSession | None:
        return None

    def look_up(self, attempt: PaymentAttempt) -> SessionReading:
        """Return what the row says: nobody else knows."""
        state = SessionState.PAID if attempt.state == AttemptState.PAID else SessionState.OPEN
        return SessionReading("", state, attempt.amount, attempt.currency)

    def expire(self, attempt: PaymentAttempt) -> None:
        """Do nothing: there is no page to close."""

    def refund(self, refund: Refund) -> RefundReading:
        """Return that it is done: a person has given it back."""
        return RefundReading("", RefundOutcome.DONE)

    def find_refund(self, refund: Refund) -> RefundReading | None:
        return None

    def payments(self, *, since: datetime) -> Iterator[GatewayPayment]:
        """Yield nothing: the till has no list but our own."""
        return iter(())

    def parse_webhook(self, payload: bytes, *, signature: str) -> NoReturn:
        raise WebhookInvalid("cash sends no messages")
