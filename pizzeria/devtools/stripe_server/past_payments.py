"""
Payments that were made before the stand-in was started, for a shop that opens with a past.

They are as if they had been paid and refunded then: they are listed, and can be refunded. No event is sent of them.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pizzeria.devtools.stripe_server import ledger, objects
from pizzeria.devtools.stripe_server.store import Store, StripeObject

SESSION_LIFETIME = 1800  # seconds


@dataclass(frozen=True, slots=True)
class PastRefund:
    """
    A refund that has succeeded.

    :ivar amount: in minor units
    :ivar at: seconds since 1970
    """

    id: str
    amount: int
    at: int
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class PastPayment:
    """
    A Checkout Session that was paid.

    :ivar amount: in minor units of the currency
    :ivar reference: its `client_reference_id`
    :ivar at: when it was paid, in seconds since 1970
    """

    session_id: str
    payment_id: str
    amount: int
    currency: str
    reference: str
    description: str
    metadata: dict[str, str]
    at: int
    refunds: tuple[PastRefund, ...] = ()


def record_past_payments(folder: Path, payments: Iterable[PastPayment]) -> int:
    """
    Record payments in the database of a stand-in, whether it is running or not; return how many.

    :param folder: the stand-in's data
    :param payments: oldest first, none of which is there already
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(Store(folder)) as store, store.transaction():
        count = 0
        for count, payment in enumerate(payments, start=1):  # noqa: B007 - the count is returned
            _record(store, payment)
    return count


def _record(store: Store, payment: PastPayment) -> None:
    item = objects.line_item(
        name=payment.description, unit_amount=payment.amount, quantity=1, currency=payment.currency
    )
    params = {
        "client_reference_id": payment.reference,
        "metadata": payment.metadata,
        "mode": "payment",
        "payment_intent_data": {"metadata": payment.metadata},
        "success_url": "",
    }
    session = objects.checkout_session(
        params, items=[item], expires_at=payment.at + SESSION_LIFETIME, at=payment.at
    ) | {
        "id": payment.session_id,
        "payment_intent": payment.payment_id,
        "payment_status": "paid",
        "status": "complete",
    }
    intent = objects.payment_intent(session, at=payment.at) | {"id": payment.payment_id}
    charge = objects.charge(intent, email=None, at=payment.at)
    intent |= {"amount_received": payment.amount, "latest_charge": charge["id"], "status": "succeeded"}
    store.save(session, intent)
    ledger.record(store, "charge", charge, session=session, at=payment.at)
    for refund in payment.refunds:
        _record_refund(store, refund, charge=charge, session=session)
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    store.save(charge)


def _record_refund(store: Store, refund: PastRefund, *, charge: StripeObject, session: StripeObject) -> None:
    params = {"metadata": refund.metadata, "reason": "requested_by_customer"}
    made = objects.refund(charge, params, amount=refund.amount, status="succeeded", at=refund.at) | {"id": refund.id}
    charge["amount_refunded"] += refund.amount
    store.save(made)
    ledger.record(store, "refund", made, session=session, at=refund.at)
