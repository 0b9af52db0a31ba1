"""Idempotency keys: which answers are given again, and to whom."""

import pytest
import stripe

from pizzeria.devtools.stripe_server.idempotency import LIFETIME, IdempotencyKeys, KeptAnswer
from pizzeria.devtools.stripe_server.store import Store
from tests.devtools.stripe_server.shopping import open_session, parameters


def test_the_same_request_with_the_same_idempotency_key_gets_the_same_answer(client):
    first, second = (
        client.checkout.sessions.create(parameters("order-18"), {"idempotency_key": "attempt-18"}) for _each in range(2)
    )

    assert second.to_dict() == first.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]


def test_another_request_with_the_same_idempotency_key_is_refused(client):
    client.checkout.sessions.create(parameters(), {"idempotency_key": "attempt-19"})

    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.checkout.sessions.create(parameters("order-20"), {"idempotency_key": "attempt-19"})

    assert refusal.value.http_status == 400


def test_a_corrected_request_may_use_the_idempotency_key_of_an_invalid_one(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.create(parameters(mode="setup"), {"idempotency_key": "attempt-21"})

    assert client.checkout.sessions.create(parameters(), {"idempotency_key": "attempt-21"}).status == "open"


def test_the_refusal_of_a_valid_request_is_kept_for_its_idempotency_key(client):
    session = open_session(client)
    client.checkout.sessions.expire(session.id)

    for _each in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="expired") as refusal:
            client.checkout.sessions.expire(session.id, options={"idempotency_key": "expire-22"})

    assert refusal.value.headers["Idempotent-Replayed"] == "true"


def test_an_idempotency_key_is_kept_for_a_day(tmp_path):
    store = Store(tmp_path)
    keys, noon = IdempotencyKeys(store), 1_800_000_000
    with keys.reserved("attempt-1", "POST", at=noon) as reservation, store.transaction():
        keys.keep(reservation, KeptAnswer("req_1", 200, {"id": "cs_1"}), at=noon)

    with keys.reserved("attempt-1", "POST", at=noon + LIFETIME - 1) as before:
        assert before.answer == KeptAnswer("req_1", 200, {"id": "cs_1"})
    with keys.reserved("attempt-1", "GET", at=noon + LIFETIME) as afterwards:
        assert afterwards.answer is None

    store.close()
