"""Payments that were made before the stand-in was started: they are listed, and can be refunded."""

import pytest
import stripe

from pizzeria.devtools.stripe_server.past_payments import PastPayment, PastRefund, record_past_payments

FRIDAY = 1_795_201_200  # 20 November 2026, 20:00 in Rome


def past_payment(name, *, amount=2598, refunds=()):
    return PastPayment(
        session_id=f"cs_past_{name}",
        payment_id=f"pi_past_{name}",
        amount=amount,
        currency="eur",
        reference=name,
        description="Order #17",
        metadata={"order": name},
        at=FRIDAY,
        refunds=refunds,
    )


def test_a_past_payment_is_listed_as_it_was_paid_and_refunded(server, client):
    refund = PastRefund(id="re_past_listed", amount=598, at=FRIDAY + 3600, metadata={"refund": "17"})

    assert record_past_payments(server.folder, [past_payment("listed", refunds=(refund,))]) == 1

    session = client.checkout.sessions.retrieve("cs_past_listed", {"expand": ["payment_intent.latest_charge"]})
    charge = session.payment_intent.latest_charge
    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 2598)
    assert (charge.created, charge.captured, charge.amount_captured, charge.amount_refunded) == (
        FRIDAY,
        True,
        2598,
        598,
    )
    assert charge.metadata.to_dict() == {"order": "listed"}
    [listed] = client.refunds.list({"payment_intent": "pi_past_listed"}).data
    assert (listed.id, listed.amount, listed.status) == ("re_past_listed", 598, "succeeded")
    assert (server.ledger.captured("listed"), server.ledger.refunded("listed")) == (2598, 598)


def test_what_is_left_of_a_past_payment_can_be_refunded_and_no_more(server, client):
    refund = PastRefund(id="re_past_left", amount=2000, at=FRIDAY + 3600, metadata={})
    record_past_payments(server.folder, [past_payment("left", refunds=(refund,))])

    client.refunds.create({"payment_intent": "pi_past_left", "amount": 598})

    assert server.ledger.refunded("left") == 2598
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        client.refunds.create({"payment_intent": "pi_past_left"})
