"""
The shapes of our objects, compared with those that Stripe's SDK declares for its version of the API.

The SDK's annotations are made from Stripe's specification: each field that we send has to be declared, with a type
that our value has, and each field that is declared as always present has to be sent.
"""

import json
from types import NoneType
from typing import Any, ClassVar, ForwardRef, Literal, Union, get_args, get_origin

import pytest
import stripe
from stripe._stripe_object import UntypedStripeObject
from stripe.checkout import Session

from pizzeria.devtools.stripe_server import API_VERSION
from pizzeria.devtools.stripe_server.faults import Fault
from tests.devtools.stripe_server.shopping import look_up, open_session, paid_session

SCALARS = (bool, int, float, str, NoneType)


def differences(value, declared, path):
    """Return where a value, as it was sent in JSON, differs from a type that the SDK declares."""
    if isinstance(declared, ForwardRef):
        declared = getattr(stripe, declared.__forward_arg__)
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Union:
        return _differences_from_all(value, arguments, path)
    if declared is Any:
        return []
    if origin is Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    if declared in SCALARS:
        return [] if type(value) is declared else [f"{path}: {value!r} is no {declared.__name__}"]
    if origin in (list, stripe.ListObject):
        items = value["data"] if isinstance(value, dict) and value.get("object") == "list" else value
        if not isinstance(items, list):
            return [f"{path}: {value!r} is no list"]
        return [problem for item in items for problem in differences(item, arguments[0], f"{path}[]")]
    if origin is UntypedStripeObject:
        declared_value = arguments[0]
        return [
            problem for key, item in value.items() for problem in differences(item, declared_value, f"{path}.{key}")
        ]
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {declared.__name__}"]
    return _differences_of_fields(value, declared, path)


def _differences_from_all(value, alternatives, path):
    values = [each for each in alternatives if get_origin(each) is Literal]
    if values and isinstance(value, str):
        alternatives = values  # besides them any text is declared, for the future
    problems = [differences(value, each, path) for each in alternatives]
    return min(problems, key=len)


def _differences_of_fields(value, declared, path):
    fields = {name: each for name, each in declared.__annotations__.items() if get_origin(each) is not ClassVar}
    unknown = [f"{path}.{name}: not declared" for name in value if name not in fields]
    missing = [
        f"{path}.{name}: missing"
        for name, each in fields.items()
        if name not in value and NoneType not in get_args(each)
    ]
    wrong = [
        problem
        for name, item in value.items()
        if name in fields
        for problem in differences(item, fields[name], f"{path}.{name}")
    ]
    return unknown + missing + wrong


@pytest.fixture
def sent(client, server):
    """Return a function that requests an object and returns it as it was sent, in JSON."""

    def sent(retrieve, *arguments):
        return json.loads(retrieve(*arguments).last_response.body)

    return sent


@pytest.fixture
def sessions(client, server):
    """Return sessions by what has happened to them."""
    new, declined, asked, expired = (open_session(client) for _each in range(4))
    server.decline(declined.id, "insufficient_funds")
    server.authenticate(asked.id)
    server.authenticate(expired.id)
    server.expire_now(expired.id)
    return {"new": new, "declined": declined, "asked": asked, "expired": expired, "paid": paid_session(client, server)}


def test_the_sdk_speaks_our_version_of_the_api():
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize("state", ["new", "declined", "asked", "expired", "paid"])
def test_sessions_intents_and_charges_have_the_declared_shapes(client, sent, sessions, state):
    session = look_up(client, sessions[state])

    shapes = [(sent(client.checkout.sessions.retrieve, session.id, {"expand": ["line_items"]}), Session)]
    if session.payment_intent:
        shapes.append((sent(client.payment_intents.retrieve, session.payment_intent.id), stripe.PaymentIntent))
        if session.payment_intent.latest_charge:
            shapes.append((sent(client.charges.retrieve, session.payment_intent.latest_charge.id), stripe.Charge))

    for value, declared in shapes:
        assert differences(value, declared, value["object"]) == []


@pytest.mark.parametrize("end", ["succeeded", "pending", "failed", "returned"])
def test_refunds_have_the_declared_shape(client, server, sent, end):
    session = paid_session(client, server)
    if end in ("pending", "failed"):
        server.faults.change(Fault("refunds.create", "pending"))
    refund = client.refunds.create({"payment_intent": session.payment_intent.id})
    if end == "failed":
        server.settle_refund(refund.id, succeeds=False)
    if end == "returned":
        server.return_refund(refund.id)

    value = sent(client.refunds.retrieve, refund.id)

    assert value["status"] == ("failed" if end == "returned" else end)
    assert differences(value, stripe.Refund, "refund") == []


def test_events_and_lists_have_the_declared_shapes_and_the_events_hold_the_objects(client, server, sent, sessions):
    client.refunds.create({"payment_intent": sessions["paid"].payment_intent.id})
    server.abandon(sessions["new"].id)

    events = sent(client.events.list, {"limit": 100})

    classes = {each.OBJECT_NAME: each for each in (Session, stripe.PaymentIntent, stripe.Charge, stripe.Refund)}
    assert differences(events, stripe.ListObject[stripe.Event], "list") == []
    for event in events["data"]:
        content = event["data"]["object"]
        assert differences(content, classes[content["object"]], event["type"]) == []


def test_the_objects_become_objects_of_the_sdk(client, server):
    session = paid_session(client, server)
    refund = client.refunds.create({"payment_intent": session.payment_intent.id, "expand": ["charge"]})
    [event, *_others] = client.events.list().data

    assert type(session) is Session
    assert type(session.payment_intent) is stripe.PaymentIntent
    assert type(session.payment_intent.latest_charge) is stripe.Charge
    assert type(refund) is stripe.Refund
    assert type(refund.charge) is stripe.Charge
    assert type(event) is stripe.Event
    assert type(event.data.object) is stripe.Charge


def test_a_field_that_stripe_does_not_have_or_that_has_another_type_is_a_difference():
    refund = {"id": "re_1", "object": "refund", "amount": "25.98", "created": 1, "currency": "eur", "tip": 1}

    assert differences(refund, stripe.Refund, "refund") == [
        "refund.tip: not declared",
        "refund.amount: '25.98' is no int",
    ]
