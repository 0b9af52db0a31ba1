"""Refunds: never more than was captured."""

from typing import Any

from pizzeria.devtools.stripe_server import ledger, objects, parameters
from pizzeria.devtools.stripe_server.account import Account, Call
from pizzeria.devtools.stripe_server.currencies import format_amount
from pizzeria.devtools.stripe_server.errors import ApiError, missing_parameter
from pizzeria.devtools.stripe_server.parameters import choice, integer, list_of, mapping, text
from pizzeria.devtools.stripe_server.store import StripeObject

KIND = "refund"
CREATE = mapping(
    {
        "amount": integer(minimum=1),
        "charge": text(),
        "expand": list_of(text()),
        "metadata": parameters.metadata,
        "payment_intent": text(),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
    }
)


def create(account: Account, call: Call) -> StripeObject:
    """
    Refund a charge, or a part of it.

    With the fault "pending" the money is still on its way, until `settle`.

    :raises ApiError: there is no such charge, or less is left of it
    """
    params, is_pending, at = call.params, call.has_fault("pending"), call.at
    charge = _charge_to_refund(account, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", is_final=True
        )
    if amount > left:
        asked, available = (format_amount(each, charge["currency"]) for each in (amount, left))
        raise ApiError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({available})",
            param="amount",
            is_final=True,
        )
    refund = objects.refund(charge, params, amount=amount, status="pending" if is_pending else "succeeded", at=at)
    _add_to_refunded(account, charge, amount)
    account.store.save(refund)
    if not is_pending:
        ledger.record(account.store, "refund", refund, session=account.session_of(refund), at=at)
    account.emit(("refund.created", refund), ("charge.refunded", charge), at=at)
    return account.public(refund)


def settle(account: Account, id: str, *, succeeds: bool, at: int) -> StripeObject:
    """
    End a pending refund: the money has arrived, or it could not be given back.

    :raises ApiError: it is not pending
    """
    refund = account.get(KIND, id, param="refund")
    if refund["status"] != "pending":
        raise ApiError(f"This refund has a status of `{refund['status']}`.")
    del refund["pending_reason"]
    if succeeds:
        refund["status"] = "succeeded"
        ledger.record(account.store, "refund", refund, session=account.session_of(refund), at=at)
        account.store.save(refund)
        account.emit(("refund.updated", refund), at=at)
        return account.public(refund)
    return _fail(account, refund, reason="declined", at=at)


def give_back(account: Account, id: str, *, at: int) -> StripeObject:
    """
    Have the guest's bank return a refund that has succeeded: it has failed after all.

    :raises ApiError: it has not succeeded
    """
    refund = account.get(KIND, id, param="refund")
    if refund["status"] != "succeeded":
        raise ApiError(f"This refund has a status of `{refund['status']}`.")
    refund["failure_balance_transaction"] = objects.new_id("txn")
    moved = {**refund, "id": refund["failure_balance_transaction"]}
    ledger.record(account.store, "return", moved, session=account.session_of(refund), at=at)
    return _fail(account, refund, reason="lost_or_stolen_card", at=at)


def _fail(account: Account, refund: StripeObject, *, reason: str, at: int) -> StripeObject:
    refund |= {"status": "failed", "failure_reason": reason}
    _add_to_refunded(account, account.get("charge", refund["charge"], param="charge"), -refund["amount"])
    account.store.save(refund)
    account.emit(("refund.updated", refund), ("refund.failed", refund), at=at)
    return account.public(refund)


def _charge_to_refund(account: Account, params: dict[str, Any]) -> StripeObject:
    if "charge" in params and "payment_intent" in params:
        raise ApiError("You may only specify one of these parameters: charge, payment_intent.", param="charge")
    if "charge" in params:
        param, charge_id = "charge", params["charge"]
    elif "payment_intent" in params:
        param = "payment_intent"
        charge_id = account.get("payment_intent", params[param], param=param)["latest_charge"]
    else:
        raise missing_parameter("payment_intent")
    charge = account.get("charge", charge_id, param=param) if charge_id else None
    if charge is None or not charge["captured"]:
        raise ApiError("There is no successful charge to refund.", param=param)
    return charge


def _add_to_refunded(account: Account, charge: StripeObject, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.store.save(charge)
