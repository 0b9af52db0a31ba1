"""
Stripe by its official SDK: hosted Checkout, so that no card data reaches the shop.

Parameters are a pure function of the attempt's or the refund's row, so that a repeated call with the same idempotency
key is the same call. An answer with an error is stored at Stripe under its key: it is repeated with a new key only
after reading what exists (`find_session`, `find_refund`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import stripe
from babel.numbers import get_currency_precision
from django.conf import settings

from orders.models import PaymentFailure
from orders.payments.exceptions import GatewayRefused, GatewayUnavailable, WebhookInvalid
from orders.payments.gateways.breaker import stripe_breaker
from orders.payments.gateways.protocol import (
    GatewayPayment,
    RefundOutcome,
    RefundReading,
    ReturnUrls,
    SessionReading,
    SessionState,
    StartedSession,
    WebhookNotice,
)
from orders.payments.models import PaymentAttempt, Refund

TIMEOUT = (2, 5)  # seconds: to connect, and for the answer; the SDK's own default is 80
RETRIES = 1
# Stripe's shortest is 30 minutes from the call; the shop ends a session itself when its hold is over.
SESSION_LIFETIME = timedelta(hours=1)
SIGNATURE_TOLERANCE = 300  # seconds
PAGE_SIZE = 100

# The failure that the shop names to a guest, by Stripe's code; all other codes are OTHER.
_FAILURES = {
    "card_declined": PaymentFailure.CARD_DECLINED,
    "insufficient_funds": PaymentFailure.INSUFFICIENT_FUNDS,
    "payment_intent_authentication_failure": PaymentFailure.NOT_AUTHENTICATED,
    "authentication_required": PaymentFailure.NOT_AUTHENTICATED,
}
_REFUND_OUTCOMES = {
    "succeeded": RefundOutcome.DONE,
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
}


class StripeGateway:
    """Stripe, or the demo's stand-in at `STRIPE_API_BASE`."""

    def start(self, attempt: PaymentAttempt, *, urls: ReturnUrls) -> StartedSession:
        metadata: dict[str, str] = {"order": str(attempt.order.ref), "attempt": str(attempt.ref)}
        params: Any = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": attempt.currency.lower(),
                        "unit_amount": to_minor_units(attempt.amount, attempt.currency),
                        "product_data": {"name": f"Order #{attempt.order.number}"},
                    },
                }
            ],
            "success_url": urls.paid,
            "cancel_url": urls.left,
            "client_reference_id": str(attempt.order.ref),
            "expires_at": int((attempt.created_at + SESSION_LIFETIME).timestamp()),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
        }
        with _asking():
            session = _client().v1.checkout.sessions.create(
                params=params, options={"idempotency_key": str(attempt.idempotency_key)}
            )
        return StartedSession(session_id=session.id, url=session.url or "")

    def find_session(self, attempt: PaymentAttempt) -> StartedSession | None:
        since = int((attempt.created_at - timedelta(minutes=5)).timestamp())
        with _asking():
            sessions = _client().v1.checkout.sessions.list(params={"created": {"gte": since}, "limit": PAGE_SIZE})
            for session in sessions.auto_paging_iter():
                if _metadata(session).get("attempt") == str(attempt.ref):
                    return StartedSession(session_id=session.id, url=session.url or "")
        return None

    def look_up(self, attempt: PaymentAttempt) -> SessionReading:
        with _asking():
            session = _client().v1.checkout.sessions.retrieve(attempt.session_id, params={"expand": ["payment_intent"]})
        currency, payment = (session.currency or "").upper(), session.payment_intent
        amount = from_minor_units(session.amount_total or 0, currency)
        if session.payment_status == "paid":
            state = SessionState.PAID
        else:
            state = SessionState.EXPIRED if session.status == "expired" else SessionState.OPEN
        return SessionReading(
            session_id=session.id,
            state=state,
            amount=amount,
            currency=currency,
            payment_id=payment if isinstance(payment, str) else payment.id if payment else "",
            failure=_failure_of(payment),
        )

    def expire(self, attempt: PaymentAttempt) -> None:
        with _asking():
            try:
                _client().v1.checkout.sessions.expire(attempt.session_id)
            except stripe.InvalidRequestError as error:
                if error.http_status == 404:  # noqa: PLR2004 - there is no such session
                    raise
                # Any other: it is not open any more, which is what was wanted; `look_up` says what became of it.

    def refund(self, refund: Refund) -> RefundReading:
        with _asking():
            answer = _client().v1.refunds.create(
                params={
                    "payment_intent": refund.attempt.payment_id,
                    "amount": to_minor_units(refund.amount, refund.attempt.captured_currency),
                    "reason": "requested_by_customer",
                    "metadata": {"refund": str(refund.ref), "attempt": str(refund.attempt.ref)},
                },
                options={"idempotency_key": str(refund.idempotency_key)},
            )
        return _refund_reading(answer)

    def find_refund(self, refund: Refund) -> RefundReading | None:
        with _asking():
            if refund.refund_id:
                return _refund_reading(_client().v1.refunds.retrieve(refund.refund_id))
            existing = _client().v1.refunds.list(
                params={"payment_intent": refund.attempt.payment_id, "limit": PAGE_SIZE}
            )
            readings = [
                _refund_reading(each)
                for each in existing.auto_paging_iter()
                if _metadata(each).get("refund") == str(refund.ref)
            ]
        return next((each for each in readings if each.outcome != RefundOutcome.FAILED), None)

    def payments(self, *, since: datetime) -> Iterator[GatewayPayment]:
        with _asking():
            charges = _client().v1.charges.list(
                params={
                    "created": {"gte": int(since.timestamp())},
                    "limit": PAGE_SIZE,
                    "expand": ["data.payment_intent"],
                }
            )
            listed = [charge for charge in charges.auto_paging_iter() if charge.paid and charge.captured]
        for charge in listed:
            payment, currency = charge.payment_intent, charge.currency.upper()
            metadata = _metadata(charge) or (_metadata(payment) if payment and not isinstance(payment, str) else {})
            yield GatewayPayment(
                payment_id=payment if isinstance(payment, str) else payment.id if payment else charge.id,
                attempt_ref=_uuid(metadata.get("attempt")),
                amount=from_minor_units(charge.amount_captured, currency),
                refunded=from_minor_units(charge.amount_refunded, currency),
                currency=currency,
                created_at=datetime.fromtimestamp(charge.created, tz=UTC),
            )

    def parse_webhook(self, payload: bytes, *, signature: str) -> WebhookNotice:
        _verify(payload, signature)
        try:
            event = json.loads(payload)
            thing = event["data"]["object"]
            kind, payment = thing.get("object"), thing.get("payment_intent")
            payment = payment["id"] if isinstance(payment, dict) else payment  # expanded
            return WebhookNotice(
                event_id=_id(event["id"]),
                type=_id(event["type"])[:80],
                session_id=_id(thing["id"]) if kind == "checkout.session" else "",
                payment_id=_id(thing["id"] if kind == "payment_intent" else payment),
                attempt_ref=_uuid((thing.get("metadata") or {}).get("attempt")),
            )
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise WebhookInvalid("message cannot be read") from error


def to_minor_units(amount: Decimal, currency: str) -> int:
    """Return an amount in the smallest unit of its currency: €2.50 are 250, ¥250 are 250."""
    return int(amount.scaleb(get_currency_precision(currency)))


def from_minor_units(count: int, currency: str) -> Decimal:
    """Return the amount of so many of the smallest unit of a currency, with two decimals as the columns have."""
    return Decimal(count).scaleb(-get_currency_precision(currency or settings.SHOP_CURRENCY)).quantize(Decimal("0.01"))


@cache
def _client_for(key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api_base} if api_base else None,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=RETRIES,
    )


def _client() -> stripe.StripeClient:
    """
    Return the client of this process, which is made once for each configuration.

    :raises GatewayUnavailable: Stripe has not answered a moment ago
    """
    if stripe_breaker.is_tripped:
        raise GatewayUnavailable("Stripe has not answered a moment ago")
    return _client_for(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@contextmanager
def _asking() -> Iterator[None]:
    """Turn the SDK's errors into those of the protocol, and trip the breaker where nobody should wait again."""
    try:
        yield
    except stripe.APIConnectionError as error:
        stripe_breaker.trip()
        raise GatewayUnavailable(f"no answer: {type(error).__name__}") from error
    except stripe.RateLimitError as error:
        raise GatewayUnavailable("too many requests") from error
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        if error.http_status == 409:  # noqa: PLR2004 - the same key is in use by another call
            raise GatewayUnavailable("asked twice at the same moment") from error
        raise GatewayRefused(f"{type(error).__name__}: {error.code or error.http_status}") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayRefused(f"{type(error).__name__}: look at STRIPE_SECRET_KEY") from error
    except stripe.StripeError as error:
        raise GatewayUnavailable(f"answered {error.http_status}", is_answered=bool(error.http_status)) from error


def _verify(payload: bytes, signature: str) -> None:
    """
    Check the signature on the raw bytes, against each of the secrets: there are two while one replaces the other.

    :raises WebhookInvalid: none of them made it, or not within the last five minutes
    """
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(payload, signature, secret, tolerance=SIGNATURE_TOLERANCE)
        except (stripe.SignatureVerificationError, UnicodeError):
            continue
        return
    raise WebhookInvalid("no valid signature")


def _failure_of(payment: Any) -> PaymentFailure:
    error = getattr(payment, "last_payment_error", None)
    if error is None:
        return PaymentFailure.EXPIRED
    codes = (getattr(error, "decline_code", None), getattr(error, "code", None))
    return next((_FAILURES[code] for code in codes if code in _FAILURES), PaymentFailure.OTHER)


def _refund_reading(refund: stripe.Refund) -> RefundReading:
    outcome = _REFUND_OUTCOMES.get(refund.status or "", RefundOutcome.FAILED)
    return RefundReading(refund.id, outcome, error=getattr(refund, "failure_reason", None) or "")


def _metadata(thing: Any) -> dict[str, str]:
    metadata = getattr(thing, "metadata", None)
    return dict(metadata.to_dict()) if metadata else {}


def _id(value: object) -> str:
    """
    Return an id in a message, of at most 120 characters; blank: there is none.

    :raises ValueError: it is no text that could be an id
    """
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("no id")
    return value[:120]


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
