"""The API: which requests it accepts, and which it refuses as Stripe does."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
import stripe

from tests.devtools.stripe_server.shopping import MARGHERITA, TOTAL, in_minutes, open_session, parameters

# A change of the parameters, the parameter that the error names, and its code.
REFUSED = {
    "unknown": ({"tip": "1"}, "tip", "parameter_unknown"),
    "unknown in an item": (
        {"line_items": [{**MARGHERITA, "size": "large"}]},
        "line_items[0][size]",
        "parameter_unknown",
    ),
    "unknown in intent": (
        {"payment_intent_data": {"order": "17"}},
        "payment_intent_data[order]",
        "parameter_unknown",
    ),
    "no mode": ({"mode": None}, "mode", "parameter_missing"),
    "other mode": ({"mode": "subscription"}, "mode", None),
    "no items": ({"line_items": None}, "line_items", "parameter_missing"),
    "no quantity": (
        {"line_items": [{"price_data": MARGHERITA["price_data"]}]},
        "line_items[0][quantity]",
        "parameter_missing",
    ),
    "no pizza": (
        {"line_items": [{**MARGHERITA, "quantity": 0}]},
        "line_items[0][quantity]",
        "parameter_invalid_integer",
    ),
    "a fraction of a cent": (
        {"line_items": [{**MARGHERITA, "price_data": {**MARGHERITA["price_data"], "unit_amount": 12.99}}]},
        "line_items[0][price_data][unit_amount]",
        "parameter_invalid_integer",
    ),
    "a negative price": (
        {"line_items": [{**MARGHERITA, "price_data": {**MARGHERITA["price_data"], "unit_amount": -1}}]},
        "line_items[0][price_data][unit_amount]",
        "parameter_invalid_integer",
    ),
    "too little": (
        {"line_items": [{"price_data": {**MARGHERITA["price_data"], "unit_amount": 49}, "quantity": 1}]},
        None,
        "amount_too_small",
    ),
    "too much": (
        {"line_items": [{"price_data": {**MARGHERITA["price_data"], "unit_amount": 99_999_999}, "quantity": 2}]},
        None,
        "amount_too_large",
    ),
    "unknown currency": (
        {"line_items": [{**MARGHERITA, "price_data": {**MARGHERITA["price_data"], "currency": "lira"}}]},
        "line_items[0][price_data][currency]",
        None,
    ),
    "two currencies": (
        {"line_items": [MARGHERITA, {**MARGHERITA, "price_data": {**MARGHERITA["price_data"], "currency": "usd"}}]},
        "line_items",
        None,
    ),
    "a path as an address": ({"success_url": "/paid/"}, "success_url", "url_invalid"),
    "a script as an address": ({"cancel_url": "javascript:alert(1)"}, "cancel_url", "url_invalid"),
    "a long reference": ({"client_reference_id": "x" * 201}, "client_reference_id", None),
    "an empty reference": ({"client_reference_id": ""}, "client_reference_id", "parameter_invalid_empty"),
    "no e-mail address": ({"customer_email": "anna"}, "customer_email", "email_invalid"),
    "expires too soon": ({"expires_at": in_minutes(20)}, "expires_at", None),
    "expires too late": ({"expires_at": in_minutes(25 * 60)}, "expires_at", None),
    "expires never": ({"expires_at": "never"}, "expires_at", "parameter_invalid_integer"),
    "too many metadata": ({"metadata": {f"key-{number}": "x" for number in range(51)}}, "metadata", None),
    "a long key": ({"metadata": {"k" * 41: "x"}}, "metadata", None),
    "a long value": ({"metadata": {"order": "x" * 501}}, "metadata[order]", None),
    "nested metadata": ({"metadata": {"order": {"number": "17"}}}, "metadata", None),
    "a list as text": ({"client_reference_id": ["order-17"]}, "client_reference_id", None),
    "text as a list": ({"line_items": "pizza"}, "line_items", None),
    "unknown locale": ({"locale": "tlh"}, "locale", None),
    "unknown method": ({"payment_method_types": ["cash"]}, "payment_method_types[0]", None),
    "not to be expanded": ({"expand": ["metadata"]}, "expand", None),
}


def test_a_new_session_is_open_unpaid_and_has_a_page(client, server):
    session = open_session(client, expires_at=in_minutes(40), locale="it", submit_type="pay")

    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.livemode) == ("open", "unpaid", False)
    assert (session.amount_total, session.currency) == (TOTAL, "eur")
    assert session.url == f"{server.url}/c/pay/{session.id}"
    assert session.payment_intent is None
    assert session.metadata.to_dict() == {"order": "order-17"}
    assert client.checkout.sessions.retrieve(session.id).to_dict() == session.to_dict()


@pytest.mark.parametrize(("change", "param", "code"), REFUSED.values(), ids=REFUSED)
def test_a_session_with_a_wrong_parameter_is_refused_with_its_name(client, change, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.checkout.sessions.create(parameters(**change))

    assert (refusal.value.http_status, refusal.value.param, refusal.value.code) == (400, param, code)


def test_a_session_expires_after_a_day_unless_it_says_otherwise(client):
    session = open_session(client)

    assert session.expires_at == session.created + 24 * 60 * 60


def test_the_smallest_charge_is_accepted(client):
    smallest = {"price_data": {**MARGHERITA["price_data"], "unit_amount": 50}, "quantity": 1}

    assert open_session(client, line_items=[smallest]).amount_total == 50


@pytest.mark.parametrize("key", ["sk_test_of_another_account", "sk_live_key", "pk_test_key"])
def test_another_key_is_refused(connect, key):
    with pytest.raises(stripe.AuthenticationError) as refusal:
        connect(api_key=key).checkout.sessions.list()

    assert refusal.value.http_status == 401
    assert key not in str(refusal.value)


def test_another_version_of_the_api_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        client.checkout.sessions.list(options={"stripe_version": "2022-11-15"})


@pytest.mark.parametrize(
    ("resource", "param"),
    [
        ("checkout.sessions", "session"),
        ("payment_intents", "intent"),
        ("charges", "id"),
        ("refunds", "refund"),
        ("events", "id"),
    ],
)
def test_an_unknown_id_is_answered_with_404(client, resource, param):
    for name in resource.split("."):
        client = getattr(client, name)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.retrieve("xx_unknown")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    assert refusal.value.param == param


def test_an_unknown_address_is_answered_with_404(client):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as refusal:
        client.customers.list()

    assert refusal.value.http_status == 404


@pytest.mark.parametrize(
    "body", [b"mode=%FF", b"mode=payment&mode[a]=b", b"metadata=x&metadata[a]=b", b"line_items[x]=y", b"\xff=\x00"]
)
def test_a_malformed_body_is_answered_with_400(server, body):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("POST", "/v1/checkout/sessions", body, {"Authorization": f"Bearer {server.api_key}"})
    answer = connection.getresponse()

    assert answer.status == 400
    assert json.loads(answer.read())["error"]["type"] == "invalid_request_error"
    connection.close()


def test_lists_are_newest_first_in_pages_and_filtered(client, server):
    sessions = [open_session(client, f"order-{number}") for number in range(1, 5)]
    server.pay(sessions[1].id)
    paid = client.checkout.sessions.retrieve(sessions[1].id)

    newest = client.checkout.sessions.list({"limit": 3})
    by_page = client.checkout.sessions.list({"limit": 2}).auto_paging_iter()

    assert [each.client_reference_id for each in newest.data] == ["order-4", "order-3", "order-2"]
    assert newest.has_more
    assert [each.id for each, _expected in zip(by_page, sessions, strict=False)] == [each.id for each in sessions[::-1]]
    assert [each.id for each in client.checkout.sessions.list({"payment_intent": paid.payment_intent}).data] == [
        paid.id
    ]
    assert paid.id in [each.id for each in client.checkout.sessions.list({"status": "complete"}).data]
    assert client.checkout.sessions.list({"created": {"gt": in_minutes(1)}}).data == []
    assert client.checkout.sessions.list({"created": {"lte": in_minutes(1)}, "limit": 1}).data[0].id == sessions[-1].id
    assert [each.id for each in client.checkout.sessions.list({"ending_before": sessions[2].id}).data] == [
        sessions[3].id
    ]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"starting_after": "cs_x"}, {"created": {"at": 1}}])
def test_a_wrong_parameter_of_a_list_is_refused(client, params):
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.list(params)
