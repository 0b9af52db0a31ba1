"""The message of an event: a CloudEvent, signed as Standard Webhooks describe it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from kitchen import services as kitchen_services
from orders.notifications.webhooks import messages
from orders.notifications.webhooks.messages import headers_of, message_of
from orders.schemas import event_record
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.outbound_http.requests import MAX_BODY
from tests import shop
from tests.orders.notifications.webhooks.webhook_helpers import create_deliveries, events_of, now, send_next
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def message(event):
    return json.loads(message_of(event))


def test_a_message_is_a_cloudevent_with_the_data_that_the_api_shows(placed_order, settings):
    placed, confirmed = events_of(placed_order)

    first, second = message(placed), message(confirmed)

    assert {name: first[name] for name in first if name != "data"} == {
        "specversion": "1.0",
        "id": f"{placed_order.ref}.1",
        "source": settings.SHOP_ORIGIN,
        "type": "order.placed.v4",
        "subject": str(placed_order.ref),
        "time": "2026-11-20T19:00:00+00:00",
        "sequence": "0000000001",
        "datacontenttype": "application/json",
    }
    assert first["data"] == event_record(placed, placed_order).data
    assert first["data"]["total"] == "12.99"
    assert (second["id"], second["type"]) == (f"{placed_order.ref}.2", "order.confirmed.v1")


def test_an_event_of_an_older_version_is_sent_in_the_newest_one(placed_order):
    placed = events_of(placed_order)[0]
    lines = [{name: line[name] for name in line if name != "tax_rate"} for line in placed.data["lines"]]
    older = StoredEvent(
        stream=placed.stream,
        aggregate_ref=placed.aggregate_ref,
        seq=1,
        type="order.placed.v2",
        data={name: placed.data[name] for name in placed.data if name != "trace"} | {"lines": lines},
        at=placed.at,
    )

    assert (message(older)["type"], message(older)["data"]["trace"]) == ("order.placed.v4", None)


def test_no_message_has_personal_data_or_an_id_of_staff(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    sent = [message_of(event).decode() for event in events_of(placed_order)]

    assert json.loads(sent[-1])["data"] == {}
    for secret in (ANNA.name, ANNA.phone, ANNA.email, placed_order.contact.guest_token):
        assert not any(secret in text for text in sent)


def test_a_message_that_would_be_too_large_has_the_address_of_its_data_instead(placed_order, monkeypatch, settings):
    monkeypatch.setattr(messages, "MAX_BODY", 600)

    placed, confirmed = (message(event) for event in events_of(placed_order))

    assert placed["dataref"] == f"{settings.SHOP_ORIGIN}/api/orders/{placed_order.ref}/events"
    assert "data" not in placed
    assert "dataref" not in confirmed
    assert MAX_BODY == 64 * 1024


def test_a_message_is_signed_as_the_library_of_receivers_verifies_it(webhook, https_receiver):
    create_deliveries(shop.place())
    send_next(webhook, clock.now())

    [request] = https_receiver.requests
    assert Webhook(webhook.secret).verify(request.body, request.headers)["type"] == "order.placed.v4"
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.secret).verify(request.body + b" ", request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_AAAA").verify(request.body, request.headers)


def test_a_message_is_signed_as_standard_webhooks_describe_it():
    key = bytes(range(32))
    secret = f"whsec_{base64.b64encode(key).decode()}"

    headers = headers_of(b'{"a": 1}', message_id="msg", secret=secret, at=datetime(2026, 11, 20, 19, 0, 0, 700, UTC))

    expected = hmac.new(key, b'msg.1795201200.{"a": 1}', hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg", "1795201200")
    assert headers["Content-Type"] == "application/cloudevents+json"


def test_an_event_that_this_release_cannot_load_is_a_failed_attempt_and_sends_nothing(webhook, https_receiver):
    delivery = create_deliveries(shop.place())[0]
    unknown = StoredEvent.objects.create(
        stream="order", aggregate_ref=webhook.ref, seq=1, type="order.eaten.v1", data={}, actor="guest", at=FRIDAY_NIGHT
    )
    delivery.event = unknown
    delivery.save()

    send_next(webhook)

    assert (now(delivery).state, https_receiver.requests) == ("failed", [])
    assert "EventUnreadable" in now(delivery).error
