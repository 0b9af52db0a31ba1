"""
What a person can do on the payment page: pay, be declined, be asked by the bank.

Each attempt is of the session's one intent, and changes nothing when the session is no longer open. All of them work
in the transaction that is open.
"""

from pizzeria.devtools.stripe_server import ledger, objects
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.store import StripeObject

DECLINES = {  # by decline_code: the code of the error, and its message
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "expired_card": ("expired_card", "Your card has expired."),
}
AUTHENTICATION_FAILURE = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": "Your bank could not confirm that it is you who pays.",
}


def pay(account: Account, session_id: str, *, at: int) -> StripeObject:
    """Charge a session that is open, once, and return it as it is then."""
    session, intent = _attempt(account, session_id, at=at)
    if session["status"] != "open":
        return session
    charge = objects.charge(intent, email=session["customer_email"], at=at)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    session |= {"status": "complete", "payment_status": "paid"}
    account.store.save(charge, intent, session)
    ledger.record(account.store, "charge", charge, session=session, at=at)
    account.emit(("payment_intent.succeeded", intent), ("checkout.session.completed", session), at=at)
    return session


def decline(account: Account, session_id: str, decline_code: str, *, at: int) -> StripeObject:
    """
    Decline the card, and return the session, which stays open.

    :param decline_code: a key of `DECLINES`
    """
    code, message = DECLINES[decline_code]
    error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": message}
    session, intent = _attempt(account, session_id, at=at)
    if session["status"] != "open":
        return session
    charge = objects.charge(intent, email=session["customer_email"], failure=error, at=at)
    account.store.save(charge)
    _fail(account, intent | {"latest_charge": charge["id"]}, {**error, "charge": charge["id"]}, at=at)
    return session


def authenticate(account: Account, session_id: str, *, at: int) -> StripeObject:
    """Ask the bank for a confirmation (3-D Secure), and return the session, which stays open."""
    session, intent = _attempt(account, session_id, at=at)
    if session["status"] == "open":
        page = f"{account.url}/c/pay/{session_id}"
        redirect = {"return_url": page, "url": f"{page}/authenticate"}
        next_action = {"type": "redirect_to_url", "redirect_to_url": redirect}
        account.store.save(intent | {"status": "requires_action", "next_action": next_action})
    return session


def abandon(account: Account, session_id: str, *, at: int) -> StripeObject:
    """Fail the bank's confirmation, and return the session, which stays open."""
    session, intent = _attempt(account, session_id, at=at)
    if session["status"] == "open":
        _fail(account, intent, AUTHENTICATION_FAILURE, at=at)
    return session


def intent_of(account: Account, session: StripeObject) -> StripeObject | None:
    """Return the intent of a session, or None before the first attempt to pay."""
    intent_id = session["payment_intent"]
    return account.get("payment_intent", intent_id, param="intent") if intent_id else None


def _attempt(account: Account, session_id: str, *, at: int) -> tuple[StripeObject, StripeObject]:
    """Return a session and its intent, made at the first attempt; of a session that is not open, an empty one."""
    session = account.get("checkout.session", session_id, param="session")
    if session["status"] != "open":
        return session, {}
    intent = intent_of(account, session)
    if intent is None:
        intent = objects.payment_intent(session, at=at)
        session["payment_intent"] = intent["id"]
        account.store.save(session, intent)
    return session, intent


def _fail(account: Account, intent: StripeObject, error: StripeObject, *, at: int) -> None:
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None}
    account.store.save(intent)
    account.emit(("payment_intent.payment_failed", intent), at=at)
