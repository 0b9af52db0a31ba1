"""Webhooks: signed, repeated until they are accepted, and the faults on their way."""

import json

import pytest
import stripe

from pizzeria.devtools.stripe_server.faults import Fault
from tests.devtools.stripe_server.receiver import WebhookReceiver
from tests.devtools.stripe_server.shopping import open_session, paid_session
from tests.waiting import until

PAID = ["payment_intent.succeeded", "checkout.session.completed"]


def test_each_event_is_sent_in_order_and_verified_by_the_sdk(client, server, receiver):
    session = open_session(client, "order-30")
    server.decline(session.id)
    server.pay(session.id)
    client.refunds.create({"payment_intent": client.checkout.sessions.retrieve(session.id).payment_intent})
    server.expire_now(open_session(client).id)

    types = receiver.wait_for(6)

    assert types == [
        "payment_intent.payment_failed",
        *PAID,
        "refund.created",
        "charge.refunded",
        "checkout.session.expired",
    ]
    body, signature = receiver.requests[2]
    event = stripe.Webhook.construct_event(body, signature, server.webhook_secret)
    assert event.data.object["client_reference_id"] == "order-30"
    assert client.events.retrieve(event.id).data.object == event.data.object
    until(lambda: client.events.retrieve(event.id).pending_webhooks == 0)


@pytest.mark.parametrize(
    ("succeeds", "types"), [(True, ["refund.updated"]), (False, ["refund.updated", "refund.failed"])]
)
def test_the_end_of_a_pending_refund_is_sent(client, server, receiver, succeeds, types):
    session = paid_session(client, server)
    server.faults.change(Fault("refunds.create", "pending"))
    refund = client.refunds.create({"payment_intent": session.payment_intent.id})
    server.settle_refund(refund.id, succeeds=succeeds)

    assert receiver.wait_for(4 + len(types))[4:] == types


@pytest.mark.parametrize("status", [500, 503, 400, 302])
def test_a_webhook_that_is_not_accepted_is_sent_again_with_the_same_id(client, server, receiver, status):
    receiver.statuses = [status]
    server.expire_now(open_session(client).id)

    receiver.wait_for(2)

    first, second = receiver.events
    assert second.id == first.id


def test_webhooks_wait_for_an_endpoint_that_is_down_and_follow_it_to_another_address(client, server):
    server.send_webhooks_to("http://127.0.0.1:9/nobody/")
    server.expire_now(open_session(client).id)
    with WebhookReceiver.listening() as elsewhere:
        server.send_webhooks_to(elsewhere.url, "whsec_old", "whsec_new")

        elsewhere.wait_for(1)

        elsewhere.verify(0, "whsec_old", "whsec_new")
        with pytest.raises(stripe.SignatureVerificationError):
            elsewhere.verify(0, server.webhook_secret)


def test_without_an_endpoint_events_are_recorded_and_not_sent(client, server):
    paid_session(client, server)

    assert [event.pending_webhooks for event in client.events.list({"limit": 2}).data] == [0, 0]


def test_webhooks_survive_a_kill_of_the_server(client, server):
    server.send_webhooks_to("http://127.0.0.1:9/nobody/")
    paid_session(client, server)
    server.restart()
    with WebhookReceiver.listening() as receiver:
        server.send_webhooks_to(receiver.url)

        assert sorted(receiver.wait_for(2)) == sorted(PAID)


def test_a_lost_webhook_is_not_sent(client, server, receiver):
    server.faults.change(Fault("webhooks.send", "lose", only="checkout.session.completed"))
    paid_session(client, server)
    server.expire_now(open_session(client).id)

    assert receiver.wait_for(2) == ["payment_intent.succeeded", "checkout.session.expired"]
    assert "checkout.session.completed" in [event.type for event in client.events.list({"limit": 3}).data]


def test_a_duplicated_webhook_is_sent_twice_with_the_same_id(client, server, receiver):
    server.faults.change(Fault("webhooks.send", "duplicate", times=1))
    paid_session(client, server)

    receiver.wait_for(3)

    assert receiver.types == [PAID[0], *PAID]
    assert receiver.events[0].id == receiver.events[1].id


def test_webhooks_in_reverse_order(client, server, receiver):
    server.faults.change(Fault("webhooks.send", "reverse"))
    paid_session(client, server)

    assert receiver.wait_for(2) == PAID[::-1]


@pytest.mark.parametrize("newest_first", [False, True])
def test_held_webhooks_are_sent_when_they_are_released(client, server, receiver, newest_first):
    server.faults.change(Fault("webhooks.send", "hold", only="order-31"))
    paid_session(client, server, "order-31")
    server.expire_now(open_session(client, "order-32").id)
    receiver.wait_for(1)

    assert server.deliver_webhooks(newest_first=newest_first) == 2

    assert receiver.wait_for(3) == ["checkout.session.expired", *(PAID[::-1] if newest_first else PAID)]


@pytest.mark.parametrize("action", ["forge", "age", "alter"])
def test_a_webhook_that_must_not_be_believed_fails_the_verification(client, server, receiver, action):
    server.faults.change(Fault("webhooks.send", action, times=1))
    paid_session(client, server)

    receiver.wait_for(2)

    with pytest.raises(stripe.SignatureVerificationError):
        receiver.verify(0, server.webhook_secret)
    receiver.verify(1, server.webhook_secret)
    assert json.loads(receiver.requests[0][0])["type"] == PAID[0]
