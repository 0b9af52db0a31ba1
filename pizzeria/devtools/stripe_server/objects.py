"""
The objects of the API, shaped as the reference describes them.

A key that begins with an underscore is kept for ourselves and never sent.
"""

import secrets
import string
from typing import Any

from pizzeria.devtools.stripe_server import API_VERSION
from pizzeria.devtools.stripe_server.store import StripeObject

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, *, length: int = 24) -> str:
    """Return a random id like Stripe's: `new_id("pi")` is `pi_` and 24 letters and digits."""
    return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _each in range(length))}"


def checkout_session(params: dict[str, Any], *, items: list[StripeObject], expires_at: int, at: int) -> StripeObject:
    """
    Return an open session.

    :param params: those of the request, parsed
    :param items: its line items
    """
    total = sum(item["amount_total"] for item in items)
    email = params.get("customer_email")
    return {
        "id": new_id("cs_test", length=58),
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "created": at,
        "currency": items[0]["currency"],
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": customer_details(email) if email else None,
        "customer_email": email,
        "expires_at": expires_at,
        "invoice": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "payment_intent": None,  # until the first attempt to pay
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "_line_items": items,
        "_payment_intent_data": params.get("payment_intent_data", {}),
    }


def customer_details(email: str) -> StripeObject:
    nothing = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone"))
    return {**nothing, "email": email, "tax_exempt": "none", "tax_ids": []}


def line_item(*, name: str, unit_amount: int, quantity: int, currency: str) -> StripeObject:
    total = unit_amount * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": name,
        "quantity": quantity,
    }


def payment_intent(session: StripeObject, *, at: int) -> StripeObject:
    """Return the intent of a session, before the first attempt to pay."""
    data = session["_payment_intent_data"]
    return {
        "id": new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": at,
        "currency": session["currency"],
        "customer": None,
        "description": data.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": session["payment_method_types"],
        "receipt_email": None,
        "status": "requires_payment_method",
        "_session": session["id"],
    }


def charge(intent: StripeObject, *, email: str | None, failure: dict[str, str] | None = None, at: int) -> StripeObject:
    """
    Return the charge of an intent, captured.

    :param failure: the error of a declined card; the charge has failed then
    """
    failed = failure is not None
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0 if failed else intent["amount"],
        "amount_refunded": 0,
        "billing_details": {"address": None, "email": email, "name": None, "phone": None, "tax_id": None},
        "captured": not failed,
        "created": at,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_code": failure["code"] if failure else None,
        "failure_message": failure["message"] if failure else None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": not failed,
        "payment_intent": intent["id"],
        "payment_method": None,
        "receipt_email": None,
        "refunded": False,
        "status": "failed" if failed else "succeeded",
        "_session": intent["_session"],
    }


def refund(charge: StripeObject, params: dict[str, Any], *, amount: int, status: str, at: int) -> StripeObject:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": at,
        "currency": charge["currency"],
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "status": status,
        **({"pending_reason": "processing"} if status == "pending" else {}),
        "_session": charge["_session"],
    }


def event(type: str, snapshot: StripeObject, *, is_sent: bool, at: int) -> StripeObject:
    """Return an event; `is_sent` says whether a webhook endpoint will get it."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": at,
        "data": {"object": snapshot},
        "livemode": False,
        "pending_webhooks": int(is_sent),
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }


def list_object(objects: list[StripeObject], *, url: str, has_more: bool = False) -> StripeObject:
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}
