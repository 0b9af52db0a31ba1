"""The webhook: only what the gateway has signed, each message once; and what it says is read at the gateway."""

import json
import time

import pytest
import stripe as stripe_sdk
from django.urls import reverse

from orders.models import OrderStatus
from orders.payments import services as payment_services
from orders.payments.exceptions import WebhookInvalid
from orders.payments.gateways import stripe as gateway
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import WebhookMessage
from orders.payments.services.webhooks import MAX_ATTEMPTS
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.ids import uuid7
from tests.orders.payments.payment_helpers import MINUTE, attempt_of, now, pay, place_by_card, start

pytestmark = pytest.mark.django_db

WEBHOOK = reverse("payments:webhook")


@pytest.fixture
def secret(stripe, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_of_the_past", "whsec_of_today"]
    return "whsec_of_today"


def event(type_="checkout.session.completed", **thing):
    """Return the body of a message, as the gateway writes it."""
    thing = {"id": "cs_test_unknown", "object": "checkout.session", "metadata": {}, **thing}
    return json.dumps({"id": f"evt_{uuid7().hex}", "object": "event", "type": type_, "data": {"object": thing}})


def event_of(order, type_="checkout.session.completed"):
    attempt = attempt_of(order)
    return event(type_, id=attempt.session_id, metadata={"attempt": str(attempt.ref)})


def send(client, body, secret, *, at=None, header=None):
    signed = stripe_sdk.WebhookSignature.generate_signature_header(body, secret, timestamp=at or int(time.time()))
    headers = {"Stripe-Signature": signed if header is None else header}
    return client.post(WEBHOOK, body, content_type="application/json", headers=headers)


def process_all(*, later=0 * MINUTE):
    for message in WebhookMessage.objects.order_by("pk"):
        payment_services.process_message(message_id=message.pk, at=clock.now() + later)


@pytest.mark.parametrize("number", [0, 1])
def test_a_message_signed_with_either_secret_is_kept_while_one_replaces_the_other(client, secret, settings, number):
    assert send(client, event(), settings.STRIPE_WEBHOOK_SECRETS[number]).status_code == 200
    assert WebhookMessage.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"secret": "whsec_of_somebody"}, id="another secret"),
        pytest.param({"at": 1}, id="an old timestamp"),
        pytest.param({"header": ""}, id="no signature"),
        pytest.param({"header": "t=x,v1=y"}, id="no readable signature"),
        pytest.param({"header": "t=1"}, id="a time alone"),
        pytest.param({"header": "\xff" * 40}, id="bytes"),
    ],
)
def test_a_message_that_the_gateway_has_not_signed_lately_is_refused_and_not_kept(client, secret, bad):
    assert send(client, event(), **{"secret": secret, **bad}).status_code == 400
    assert not WebhookMessage.objects.exists()


def test_a_message_without_the_header_of_its_signature_is_refused_and_not_kept(client, secret):
    assert client.post(WEBHOOK, event(), content_type="application/json").status_code == 400
    assert not WebhookMessage.objects.exists()


def test_a_timestamp_of_six_minutes_ago_is_refused_and_one_of_four_minutes_is_not(client, secret):
    assert send(client, event(), secret, at=int(time.time()) - 360).status_code == 400
    assert send(client, event(), secret, at=int(time.time()) - 240).status_code == 200


def test_an_altered_byte_is_refused(client, secret):
    body = event()
    header = stripe_sdk.WebhookSignature.generate_signature_header(body, secret)

    assert send(client, body.replace("completed", "Completed"), secret, header=header).status_code == 400
    assert send(client, json.dumps(json.loads(body), indent=1), secret, header=header).status_code == 400
    assert not WebhookMessage.objects.exists()


def test_any_altered_byte_of_a_message_or_of_its_signature_is_refused(secret):
    body = event().encode()
    header = stripe_sdk.WebhookSignature.generate_signature_header(body.decode(), secret)
    signature = header.index("v1=") + len("v1=")
    parse = StripeGateway().parse_webhook
    assert parse(body, signature=header).type == "checkout.session.completed"

    for position in range(len(body)):
        altered = body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]
        with pytest.raises(WebhookInvalid, match="no valid signature"):
            parse(altered, signature=header)
    for position in range(signature, len(header)):
        other = "0" if header[position] != "0" else "1"
        with pytest.raises(WebhookInvalid, match="no valid signature"):
            parse(body, signature=header[:position] + other + header[position + 1 :])


def test_a_later_timestamp_than_the_signed_one_is_refused(client, secret):
    body, hour_ago = event(), int(time.time()) - 3600
    header = stripe_sdk.WebhookSignature.generate_signature_header(body, secret, timestamp=hour_ago)

    assert send(client, body, secret, header=header.replace(str(hour_ago), str(hour_ago + 3600))).status_code == 400


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "evt", "type": "x", "data": 7}', "\x00"])
def test_a_signed_message_that_cannot_be_read_is_refused(client, secret, body):
    assert send(client, body, secret).status_code == 400


@pytest.mark.parametrize("odd", [7, ["a"], {"id": 7}, {"x": 1}, "pi_\x00"], ids=str)
def test_a_signed_message_whose_ids_are_none_is_refused(client, secret, odd):
    assert send(client, event("charge.refunded", object="charge", payment_intent=odd), secret).status_code == 400


def test_a_very_long_message_is_refused(client, secret):
    assert send(client, event(padding="x" * 300_000), secret).status_code == 413


def test_a_shop_without_secrets_refuses_every_message(client, stripe, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    assert send(client, event(), "whsec_of_today").status_code == 400
    assert send(client, event(), "").status_code == 400


def test_a_message_makes_the_shop_look_at_the_gateway_and_confirm_the_order(stripe, client, secret, card_order):
    pay(stripe, card_order)
    send(client, event_of(card_order), secret)

    process_all()

    assert now(card_order).status == OrderStatus.CONFIRMED
    assert WebhookMessage.objects.get().outcome == "payment paid"


def test_a_message_about_a_payment_that_did_not_happen_confirms_nothing(stripe, client, secret, card_order):
    start(card_order)
    send(client, event_of(card_order), secret)

    process_all()

    assert now(card_order).status == OrderStatus.PENDING


@pytest.mark.parametrize(
    "claimed",
    [{"amount_total": 1}, {"amount_total": 99_900}, {"currency": "usd"}, {"payment_status": "unpaid"}],
    ids=str,
)
def test_what_a_message_says_of_amount_currency_and_state_is_not_believed(stripe, client, secret, card_order, claimed):
    pay(stripe, card_order)
    attempt = attempt_of(card_order)
    send(client, event(id=attempt.session_id, metadata={"attempt": str(attempt.ref)}, **claimed), secret)

    process_all()

    order = now(card_order)
    assert (order.status, order.paid) == (OrderStatus.CONFIRMED, order.total)


def test_a_message_that_names_two_payments_makes_the_shop_look_at_one_and_charges_neither(
    stripe, client, secret, card_order
):
    other = place_by_card()
    pay(stripe, other)
    start(card_order)
    send(client, event(id=attempt_of(other).session_id, metadata={"attempt": str(attempt_of(card_order).ref)}), secret)

    process_all()

    assert now(card_order).status == OrderStatus.PENDING


def test_a_message_that_comes_before_the_shop_has_recorded_the_session_is_processed_later(
    stripe, client, secret, card_order
):
    def pay_and_report():
        sessions = gateway._client().v1.checkout.sessions.list(params={"limit": 100}).auto_paging_iter()
        session = next(each.id for each in sessions if each.client_reference_id == str(card_order.ref))
        stripe.pay(session)
        send(client, event(id=session, metadata={"attempt": str(attempt_of(card_order).ref)}), secret)
        process_all()

    with failpoints.armed("payments.start.answered", pay_and_report):
        start(card_order)
    assert (now(card_order).status, WebhookMessage.objects.get().processed_at) == (OrderStatus.PENDING, None)

    process_all(later=MINUTE)

    assert now(card_order).status == OrderStatus.CONFIRMED


def test_the_same_message_fifty_times_is_kept_and_processed_once(stripe, client, secret, card_order):
    pay(stripe, card_order)
    body = event_of(card_order)

    assert {send(client, body, secret).status_code for _ in range(50)} == {200}
    process_all()

    assert WebhookMessage.objects.get().attempts == 1


def test_messages_in_reverse_order_end_in_the_same_state(stripe, client, secret, card_order):
    pay(stripe, card_order)
    for type_ in ("checkout.session.expired", "checkout.session.completed", "payment_intent.payment_failed"):
        send(client, event_of(card_order, type_), secret)

    process_all()

    assert now(card_order).status == OrderStatus.CONFIRMED


def test_a_message_of_an_unknown_type_is_kept_and_ignored(client, secret):
    assert send(client, event("customer.created"), secret).status_code == 200

    process_all()

    assert WebhookMessage.objects.get().processed_at
    assert not Alert.objects.exists()


@pytest.mark.parametrize("ref", [str(uuid7()), "", "42", "\x00"], ids=["unknown", "none", "a number", "a null byte"])
def test_a_payment_of_an_unknown_order_is_answered_and_raises_an_alert(client, secret, ref):
    assert send(client, event(metadata={"attempt": ref}), secret).status_code == 200

    process_all()

    assert Alert.objects.get().kind == "unknown_payment"


@pytest.mark.parametrize("type_", ["checkout.session.expired", "charge.refunded", "payment_intent.payment_failed"])
def test_a_message_about_no_payment_of_an_unknown_order_raises_no_alert(client, secret, type_):
    send(client, event(type_, metadata={"attempt": str(uuid7())}), secret)

    process_all()

    assert WebhookMessage.objects.get().outcome == "no such payment here"
    assert not Alert.objects.exists()


def test_a_message_while_the_gateway_does_not_answer_is_processed_later(stripe, client, secret, card_order):
    pay(stripe, card_order)
    send(client, event_of(card_order), secret)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=500))
    process_all()
    assert WebhookMessage.objects.get().processed_at is None

    stripe.faults.change()
    process_all(later=20 * MINUTE)

    assert now(card_order).status == OrderStatus.CONFIRMED


def test_a_message_that_can_never_be_processed_is_given_up(stripe, client, secret, card_order):
    pay(stripe, card_order)
    send(client, event_of(card_order), secret)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=500))

    for attempt in range(MAX_ATTEMPTS):
        process_all(later=attempt * 20 * MINUTE)

    assert WebhookMessage.objects.get().processed_at


def test_the_inbox_holds_no_personal_data(stripe, client, secret):
    body = event(customer_details={"name": "Anna Bianchi", "email": "anna@example.com"})
    send(client, body, secret)

    assert "nna" not in str(WebhookMessage.objects.values().get())


def test_processed_messages_are_purged_after_a_while(client, secret):
    send(client, event("customer.created"), secret)
    send(client, event("customer.created"), secret)
    first, _second = WebhookMessage.objects.order_by("pk")
    payment_services.process_message(message_id=first.pk, at=clock.now())

    assert payment_services.purge_messages(before=clock.now() + MINUTE) == 1
