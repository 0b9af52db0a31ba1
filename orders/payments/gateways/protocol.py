"""What a payment gateway is asked for and answers, in the shop's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from orders.models import PaymentFailure
from orders.payments.models import PaymentAttempt, Refund


class SessionState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A session on the gateway's page, where the guest pays."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class SessionReading:
    """
    A session as the gateway has it now.

    :param amount: what was paid, or is to be paid, in the currency
    :param failure: why it was not paid, as far as the gateway knows
    """

    session_id: str
    state: SessionState
    amount: Decimal
    currency: str
    payment_id: str = ""
    failure: PaymentFailure = PaymentFailure.EXPIRED


class RefundOutcome(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundReading:
    refund_id: str
    outcome: RefundOutcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """
    A captured payment in the gateway's own list.

    :param attempt_ref: the attempt for which it was made; None: of no attempt of this shop
    """

    payment_id: str
    attempt_ref: UUID | None
    amount: Decimal
    refunded: Decimal
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookNotice:
    """A message of the gateway: a hint that something has happened, never a proof of what."""

    event_id: str
    type: str
    session_id: str = ""
    payment_id: str = ""
    attempt_ref: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReturnUrls:
    """Absolute URLs to which the gateway's page sends the guest back."""

    paid: str
    left: str


class PaymentGateway(Protocol):
    """
    A payment gateway. Whatever asks outside raises a `GatewayError`, and is never called inside
    a transaction.
    """

    def start(self, attempt: PaymentAttempt, *, urls: ReturnUrls) -> StartedSession:
        """Return the session of an attempt, which is made if the same idempotency key has made none."""

    def find_session(self, attempt: PaymentAttempt) -> StartedSession | None:
        """Return the session that an attempt has at the gateway, though nobody has recorded it; None if it has none."""

    def look_up(self, attempt: PaymentAttempt) -> SessionReading:
        """Return an attempt's session as it is now."""

    def expire(self, attempt: PaymentAttempt) -> None:
        """End an attempt's session, so that it can no longer be paid. Nothing happens to one that has ended."""

    def refund(self, refund: Refund) -> RefundReading:
        """Refund an amount, once per idempotency key."""

    def find_refund(self, refund: Refund) -> RefundReading | None:
        """Return what the gateway knows of a refund that has not failed there; None: nothing."""

    def payments(self, *, since: datetime) -> Iterator[GatewayPayment]:
        """Yield the payments that were captured since a moment."""

    def parse_webhook(self, payload: bytes, *, signature: str) -> WebhookNotice:
        """
        Return the notice in a message to the webhook.

        :raises WebhookInvalid: it is not signed by the gateway, or not lately, or cannot be read
        """
