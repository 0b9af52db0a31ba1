"""Faults: what a shop sees of each, and what has really happened."""

import threading
from contextlib import contextmanager

import pytest
import stripe

from pizzeria.devtools.stripe_server.driver import DriverError
from pizzeria.devtools.stripe_server.faults import Fault
from tests.devtools.stripe_server.shopping import SHOP, TOTAL, look_up, open_session, paid_session, parameters
from tests.waiting import until

SHORT = 0.5  # seconds that a client waits for an answer that does not come


def sessions_of(client, reference):
    """Return the sessions of an order, however many there are."""
    sessions = client.checkout.sessions.list({"limit": 100}).data
    return [session for session in sessions if session.client_reference_id == reference]


@pytest.mark.parametrize(
    ("status", "error"), [(429, stripe.RateLimitError), (500, stripe.APIError), (503, stripe.APIError)]
)
def test_a_refused_request_does_nothing_and_can_be_repeated_with_its_key(client, server, status, error):
    server.faults.change(Fault("checkout.sessions.create", "refuse", status=status, times=1))
    reference, options = f"refused {status}", {"idempotency_key": f"refused-{status}"}
    with pytest.raises(error) as refusal:
        client.checkout.sessions.create(parameters(reference), options)
    before = sessions_of(client, reference)

    client.checkout.sessions.create(parameters(reference), options)

    assert refusal.value.http_status == status
    assert ("Retry-After" in refusal.value.headers) == (status == 429)
    assert before == []
    assert len(sessions_of(client, reference)) == 1


def test_a_request_that_is_done_and_answered_with_500_gets_that_answer_again(client, server):
    server.faults.change(Fault("refunds.create", "fail", times=1))
    session = paid_session(client, server, "refunded and failed")
    for _each in range(2):
        with pytest.raises(stripe.APIError) as failure:
            client.refunds.create({"payment_intent": session.payment_intent.id}, {"idempotency_key": "refund-1"})

    assert (failure.value.http_status, failure.value.headers["Idempotent-Replayed"]) == (500, "true")
    assert len(client.refunds.list({"payment_intent": session.payment_intent.id}).data) == 1
    assert server.ledger.refunded("refunded and failed") == TOTAL


@contextmanager
def during(server, fault, request):
    """Run a block while a fault delays a request; yield the list that holds the request's result afterwards."""
    server.faults.change(fault)
    results = []
    thread = threading.Thread(target=lambda: results.append(request()))
    thread.start()
    until(lambda: server.faults.times_taken(fault))
    try:
        yield results
    finally:
        server.faults.change()
        thread.join()


def test_a_slow_request_is_answered_with_409_to_a_second_one_with_its_key(client, connect, server):
    request, patient = (parameters("slow"), {"idempotency_key": "slow-1"}), connect(timeout=90)
    slow = Fault("checkout.sessions.create", "delay", seconds=60, times=1)

    with during(server, slow, lambda: patient.checkout.sessions.create(*request)) as results:
        with pytest.raises(stripe.APIError) as conflict:
            client.checkout.sessions.create(*request)
        open_session(client, "not slow")

    assert (conflict.value.http_status, conflict.value.error.code) == (409, "idempotency_key_in_use")
    assert [session.id for session in results] == [each.id for each in sessions_of(client, "slow")]


@pytest.mark.parametrize("action", ["hang", "drop_after"])
def test_a_request_that_is_done_and_not_answered_gets_its_answer_on_a_retry(client, connect, server, action):
    server.faults.change(Fault("checkout.sessions.create", action, times=1))
    impatient, options = connect(timeout=SHORT), {"idempotency_key": f"{action}-1"}
    with pytest.raises(stripe.APIConnectionError):
        impatient.checkout.sessions.create(parameters(action), options)
    [done] = until(lambda: sessions_of(client, action))

    again = client.checkout.sessions.create(parameters(action), options)

    assert again.id == done.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_dropped_connection_before_a_request_leaves_nothing(client, server):
    server.faults.change(Fault("checkout.sessions.create", "drop_before", times=1))

    with pytest.raises(stripe.APIConnectionError):
        open_session(client, "dropped before")

    assert sessions_of(client, "dropped before") == []


def test_the_sdk_repeats_a_dropped_request_by_itself_and_makes_one_session(client, connect, server):
    server.faults.change(Fault("checkout.sessions.create", "drop_after", times=1))

    session = open_session(connect(retries=1), "repeated")

    assert [each.id for each in sessions_of(client, "repeated")] == [session.id]


def test_requests_that_are_never_answered_do_not_block_others(client, connect, server):
    server.faults.change(Fault("checkout.sessions.retrieve", "hang", only="hanging"))
    hanging, other = open_session(client, "hanging"), open_session(client)
    impatient = connect(timeout=SHORT)
    for _each in range(3):
        with pytest.raises(stripe.APIConnectionError):
            impatient.checkout.sessions.retrieve(hanging.id)

    assert client.checkout.sessions.list({"limit": 1}).data[0].id == other.id
    assert client.checkout.sessions.retrieve(other.id).id == other.id


def test_a_fault_can_be_limited_to_a_session_an_operation_or_a_number_of_requests(client, server):
    session, other = open_session(client, "limited"), open_session(client, "other")
    server.faults.change(
        Fault("checkout.sessions.expire", "refuse", status=503, only="limited"),
        Fault("checkout.sessions.retrieve", "refuse", times=1, only=other.id),
    )

    assert client.checkout.sessions.retrieve(session.id).status == "open"
    with pytest.raises(stripe.APIError):
        client.checkout.sessions.retrieve(other.id)
    assert client.checkout.sessions.retrieve(other.id).status == "open"
    assert client.checkout.sessions.expire(other.id).status == "expired"
    for _each in range(3):
        with pytest.raises(stripe.APIError):
            client.checkout.sessions.expire(session.id)


def test_a_fault_of_every_operation_makes_the_whole_api_unavailable(client, server):
    server.faults.change(Fault("*", "refuse", status=503))

    for request in (client.checkout.sessions.list, client.events.list, client.refunds.list):
        with pytest.raises(stripe.APIError):
            request()

    server.faults.change()
    assert client.refunds.list().object == "list"


def test_a_refund_is_affected_by_a_fault_of_its_session(client, server):
    session = paid_session(client, server, "refund to fail")
    server.faults.change(Fault("refunds.create", "refuse", only="refund to fail"))

    with pytest.raises(stripe.APIError):
        client.refunds.create({"payment_intent": session.payment_intent.id})

    assert server.ledger.refunded("refund to fail") == 0


def test_a_payment_that_is_charged_and_then_fails_has_happened(client, server):
    session = open_session(client, "charged and failed")
    server.faults.change(Fault("page.pay", "fail", times=1))

    with pytest.raises(DriverError, match="500"):
        server.pay(session.id)

    assert look_up(client, session).payment_status == "paid"
    assert server.ledger.captured("charged and failed") == TOTAL
    assert server.pay(session.id).startswith(SHOP)
    assert server.ledger.captured("charged and failed") == TOTAL


def test_a_form_that_is_submitted_twice_charges_once(client, server):
    session = open_session(client, "submitted twice")
    server.faults.change(Fault("page.pay", "twice"))

    assert server.pay(session.id).startswith(SHOP)

    assert server.ledger.captured("submitted twice") == TOTAL


def test_a_slow_payment_loses_against_the_expiry_of_its_session(client, server):
    session = open_session(client, "slow payment")
    slow = Fault("page.pay", "delay", seconds=50, only="slow payment")

    with during(server, slow, lambda: server.pay(session.id)) as results:
        client.checkout.sessions.expire(session.id)

    assert results == [session.url]
    assert server.ledger.captured("slow payment") == 0
