"""Checkout Sessions: create, look up, list, expire."""

from typing import Any

from pizzeria.devtools.stripe_server import objects, parameters
from pizzeria.devtools.stripe_server.account import Account, Call
from pizzeria.devtools.stripe_server.currencies import MAXIMUM_CHARGE, MINIMUM_CHARGES, format_amount
from pizzeria.devtools.stripe_server.errors import ApiError
from pizzeria.devtools.stripe_server.parameters import choice, integer, list_of, mapping, text
from pizzeria.devtools.stripe_server.store import StripeObject

KIND = "checkout.session"
MIN_LIFETIME, MAX_LIFETIME = 30 * 60, 24 * 60 * 60  # seconds
LOCALES = [
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hi-IN",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl",
    "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
]  # fmt: skip

PRICE_DATA = mapping(
    {
        "currency": parameters.currency,
        "product_data": mapping(
            {"description": text(), "metadata": parameters.metadata, "name": text()}, required=["name"]
        ),
        "unit_amount": integer(maximum=MAXIMUM_CHARGE),
    },
    required=["currency", "product_data", "unit_amount"],
)
LINE_ITEM = mapping(
    {"price_data": PRICE_DATA, "quantity": integer(minimum=1, maximum=999_999)}, required=["price_data", "quantity"]
)
CREATE = mapping(
    {
        "cancel_url": parameters.absolute_url,
        "client_reference_id": text(max_length=200),
        "customer_email": parameters.email,
        "expand": list_of(text()),
        "expires_at": integer(),
        "line_items": list_of(LINE_ITEM),
        "locale": choice(*LOCALES),
        "metadata": parameters.metadata,
        "mode": choice("payment"),
        "payment_intent_data": mapping({"description": text(max_length=1000), "metadata": parameters.metadata}),
        "payment_method_types": list_of(choice("card")),
        "submit_type": choice("auto", "book", "donate", "pay"),
        "success_url": parameters.absolute_url,
    },
    required=["line_items", "mode", "success_url"],
)


def create(account: Account, call: Call) -> StripeObject:
    """
    Open a session.

    :raises ApiError: too small or too large an amount, mixed currencies, or an expiry out of range
    """
    params, at = call.params, call.at
    expires_at = params.get("expires_at", at + MAX_LIFETIME)
    if not MIN_LIFETIME <= expires_at - at <= MAX_LIFETIME:
        raise ApiError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    session = objects.checkout_session(params, items=_line_items(params["line_items"]), expires_at=expires_at, at=at)
    account.store.save(session)
    return account.public(session)


def expire(account: Account, call: Call) -> StripeObject:
    """
    Expire an open session: it can no longer be paid.

    :raises ApiError: it is paid, or has expired
    """
    session = account.get(KIND, call.id, param="session")
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`.",
            is_final=True,
        )
    return account.public(_expire(account, session, at=call.at))


def expire_overdue(account: Account, *, at: int) -> None:
    """Expire the open sessions whose time is over, in the transaction that is open."""
    overdue = account.store.execute(
        "SELECT id FROM objects INDEXED BY open_sessions WHERE kind = 'checkout.session'"
        " AND json_extract(data, '$.status') = 'open' AND json_extract(data, '$.expires_at') <= ?",
        at,
    )
    for (session_id,) in overdue:
        _expire(account, account.get(KIND, session_id, param="session"), at=at)


def _expire(account: Account, session: StripeObject, *, at: int) -> StripeObject:
    session["status"] = "expired"
    account.store.save(session)
    if session["payment_intent"]:
        intent = account.get("payment_intent", session["payment_intent"], param="intent")
        reason = {"status": "canceled", "canceled_at": at, "cancellation_reason": "expired", "next_action": None}
        account.store.save({**intent, **reason})
    account.emit(("checkout.session.expired", session), at=at)
    return session


def _line_items(sent: list[dict[str, Any]]) -> list[StripeObject]:
    if len({item["price_data"]["currency"] for item in sent}) != 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    items = [
        objects.line_item(
            name=item["price_data"]["product_data"]["name"],
            unit_amount=item["price_data"]["unit_amount"],
            quantity=item["quantity"],
            currency=item["price_data"]["currency"],
        )
        for item in sent
    ]
    total, currency = sum(item["amount_total"] for item in items), items[0]["currency"]
    minimum = MINIMUM_CHARGES[currency]
    if total < minimum:
        raise ApiError(
            f"The Checkout Session's total amount must be at least {format_amount(minimum, currency)}.",
            code="amount_too_small",
        )
    if total > MAXIMUM_CHARGE:
        raise ApiError("The Checkout Session's total amount has at most eight digits.", code="amount_too_large")
    return items
