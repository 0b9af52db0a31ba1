"""Payments, expiry and refunds: what an account and its ledger hold afterwards."""

import sqlite3
from contextlib import closing

import pytest
import stripe

from pizzeria.devtools.stripe_server.driver import DriverError
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.devtools.stripe_server.store import DATABASE_FILE
from tests.devtools.stripe_server.shopping import SHOP, TOTAL, look_up, open_session, paid_session


def test_paying_charges_the_total_and_leads_back_to_the_shop(client, server):
    session = open_session(client, "paid")

    address = server.pay(session.id)

    paid = look_up(client, session)
    charge = paid.payment_intent.latest_charge
    assert address == f"{SHOP}/paid/?session={session.id}"
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.payment_intent.status, paid.payment_intent.amount_received) == ("succeeded", TOTAL)
    assert (charge.status, charge.amount_captured, charge.currency) == ("succeeded", TOTAL, "eur")
    assert charge.metadata.to_dict() == {"order": "paid"}
    assert server.ledger.captured("paid") == TOTAL


def test_a_session_is_paid_once_by_any_number_of_simultaneous_payments(client, server):
    session = open_session(client, "at once")

    addresses = server.pay_at_once(session.id, times=8)

    assert addresses == [f"{SHOP}/paid/?session={session.id}"] * 8
    assert server.ledger.captured("at once") == TOTAL
    assert len(client.charges.list({"payment_intent": look_up(client, session).payment_intent.id}).data) == 1


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("generic_decline", "card_declined"),
        ("insufficient_funds", "card_declined"),
        ("expired_card", "expired_card"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another_try(client, server, reason, code):
    session = open_session(client, f"declined {reason}")

    address = server.decline(session.id, reason)

    declined = look_up(client, session)
    error = declined.payment_intent.last_payment_error
    assert address == session.url
    assert (declined.status, declined.payment_status) == ("open", "unpaid")
    assert declined.payment_intent.status == "requires_payment_method"
    assert (error.type, error.code, error.decline_code) == ("card_error", code, reason)
    assert declined.payment_intent.latest_charge.failure_code == code
    assert server.ledger.captured(f"declined {reason}") == 0

    server.pay(session.id)

    paid = look_up(client, session)
    assert paid.payment_intent.id == declined.payment_intent.id
    assert paid.payment_intent.last_payment_error is None
    assert server.ledger.captured(f"declined {reason}") == TOTAL


def test_the_bank_is_asked_and_confirms(client, server):
    session = open_session(client, "confirmed")

    address = server.authenticate(session.id)
    asked = look_up(client, session).payment_intent
    server.confirm(session.id)

    assert (asked.status, asked.next_action.redirect_to_url.url) == ("requires_action", address)
    assert look_up(client, session).payment_status == "paid"
    assert server.ledger.captured("confirmed") == TOTAL


def test_an_abandoned_confirmation_leaves_the_session_open_with_a_failed_intent(client, server):
    session = open_session(client, "abandoned")

    server.abandon(session.id)

    abandoned = look_up(client, session)
    assert abandoned.status == "open"
    assert abandoned.payment_intent.status == "requires_payment_method"
    assert abandoned.payment_intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert abandoned.payment_intent.latest_charge is None


@pytest.mark.parametrize("way", ["by the shop", "by time"])
def test_an_expired_session_cannot_be_paid(client, server, way):
    session = open_session(client, f"expired {way}")
    server.authenticate(session.id)

    if way == "by the shop":
        client.checkout.sessions.expire(session.id)
    else:
        server.expire_now(session.id)

    assert server.confirm(session.id) == server.pay(session.id) == f"{server.url}/c/pay/{session.id}"
    expired = look_up(client, session)
    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    assert (expired.payment_intent.status, expired.payment_intent.cancellation_reason) == ("canceled", "expired")
    assert server.ledger.captured(f"expired {way}") == 0


def test_a_paid_session_cannot_be_expired(client, server):
    session = paid_session(client, server, "too late")

    with pytest.raises(stripe.InvalidRequestError, match="has a status of `complete`"):
        client.checkout.sessions.expire(session.id)

    server.expire_now(session.id)
    assert look_up(client, session).status == "complete"


def test_a_charge_is_refunded_in_parts_and_never_beyond_what_was_captured(client, server):
    session = paid_session(client, server, "refunded")
    intent = session.payment_intent.id

    part = client.refunds.create({"payment_intent": intent, "amount": 1000, "reason": "requested_by_customer"})
    with pytest.raises(stripe.InvalidRequestError, match=r"€15\.99.*€15\.98") as too_much:
        client.refunds.create({"payment_intent": intent, "amount": TOTAL - 999})
    rest = client.refunds.create({"charge": session.payment_intent.latest_charge.id, "metadata": {"line": "2"}})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.refunds.create({"payment_intent": intent})

    assert (part.status, part.amount, rest.amount) == ("succeeded", 1000, TOTAL - 1000)
    assert too_much.value.param == "amount"
    assert again.value.code == "charge_already_refunded"
    assert look_up(client, session).payment_intent.latest_charge.refunded
    assert [each.id for each in client.refunds.list({"payment_intent": intent}).data] == [rest.id, part.id]
    assert server.ledger.refunded("refunded") == TOTAL


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "payment_intent"),
        ({"payment_intent": "pi_unknown"}, "payment_intent"),
        ({"charge": "ch_1", "payment_intent": "pi_1"}, "charge"),
        ({"charge": "ch_1", "amount": 0}, "amount"),
        ({"charge": "ch_1", "reason": "cold"}, "reason"),
    ],
)
def test_a_refund_with_a_wrong_parameter_is_refused_with_its_name(client, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create(params)

    assert refusal.value.param == param


def test_a_declined_charge_is_not_refunded(client, server):
    session = open_session(client)
    server.decline(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="no successful charge"):
        client.refunds.create({"payment_intent": look_up(client, session).payment_intent.id})


def test_a_pending_refund_succeeds_later(client, server):
    session = paid_session(client, server, "pending")
    server.faults.change(Fault("refunds.create", "pending", only="pending"))
    refund = client.refunds.create({"payment_intent": session.payment_intent.id})
    before = server.ledger.refunded("pending")

    server.settle_refund(refund.id, succeeds=True)

    assert (refund.status, before) == ("pending", 0)
    assert client.refunds.retrieve(refund.id).status == "succeeded"
    assert server.ledger.refunded("pending") == TOTAL
    with pytest.raises(DriverError, match="succeeded"):
        server.settle_refund(refund.id, succeeds=False)


def test_a_pending_refund_that_fails_can_be_made_again(client, server):
    session = paid_session(client, server, "failed")
    server.faults.change(Fault("refunds.create", "pending", times=1, only=session.id))
    refund = client.refunds.create({"payment_intent": session.payment_intent.id})

    server.settle_refund(refund.id, succeeds=False)
    again = client.refunds.create({"payment_intent": session.payment_intent.id})

    failed = client.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "declined")
    assert (again.status, again.amount) == ("succeeded", TOTAL)
    assert [entry.id for entry in server.ledger.refunds() if entry.reference == "failed"] == [again.id]


def test_a_refund_that_the_bank_returns_has_failed_and_can_be_made_again(client, server):
    session = paid_session(client, server, "returned")
    refund = client.refunds.create({"payment_intent": session.payment_intent.id})

    server.return_refund(refund.id)

    returned = client.refunds.retrieve(refund.id)
    assert (returned.status, returned.failure_reason) == ("failed", "lost_or_stolen_card")
    assert server.ledger.refunded("returned") == 0
    with pytest.raises(DriverError, match="failed"):
        server.return_refund(refund.id)
    client.refunds.create({"payment_intent": session.payment_intent.id})
    assert server.ledger.refunded("returned") == TOTAL


def test_events_tell_the_story_of_a_payment(client, server):
    session = open_session(client, "story")
    server.decline(session.id)
    server.pay(session.id)

    events = client.events.list({"limit": 3}).data

    assert [event.type for event in events] == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
    ]
    assert events[0].data.object["id"] == session.id
    assert client.events.list({"type": "payment_intent.succeeded"}).data[0].id == events[1].id
    assert client.events.retrieve(events[2].id).data.object["last_payment_error"]["code"] == "card_declined"


def test_the_ledger_can_only_be_appended_to(client, server):
    paid_session(client, server)

    with closing(sqlite3.connect(server.folder / DATABASE_FILE)) as connection:
        for statement in ("DELETE FROM ledger", "UPDATE ledger SET amount = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


def test_a_killed_server_starts_again_at_its_address_with_what_it_has_stored(client, server):
    session = paid_session(client, server, "before the kill")
    waiting = open_session(client, "open over the kill")

    server.restart()

    assert look_up(client, session).payment_intent.latest_charge.status == "succeeded"
    assert client.checkout.sessions.retrieve(waiting.id).url == waiting.url
    assert server.ledger.captured("before the kill") == TOTAL
    server.pay(waiting.id)
    assert [entry.session for entry in server.ledger.charges()[-2:]] == [session.id, waiting.id]


def test_a_server_that_is_asked_to_stop_ends_cleanly(client, server):
    open_session(client)

    server.process.ask_to_stop()

    assert server.process.wait() == 0
    assert server.process.log_tail() == ""
    server.process = server.launch()
