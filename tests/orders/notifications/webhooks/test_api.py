"""Webhooks by the API, for admins."""

import base64
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.management import call_command
from standardwebhooks import Webhook

from orders.notifications.webhooks import selectors
from orders.notifications.webhooks.event_names import EVENT_NAMES
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from orders.notifications.webhooks.schemas import delivery_record
from pizzeria.foundation import clock
from pizzeria.foundation.api.pages import page_of
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import ADMIN
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import (
    DELIVERED,
    FAILED,
    create_deliveries,
    now,
    send_all,
    send_next,
)
from tests.users.api_client import assert_refused

PUBLIC = "https://93.184.216.34/hook"

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def ada(caller):
    """Return a program of an admin."""
    return caller("admin")


def test_a_webhook_is_created_with_a_secret_that_is_shown_only_then_and_stored_encrypted(ada):
    response = ada.post("/webhooks", {"url": PUBLIC, "events": ["order.ready"], "description": " ERP "})

    created = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/webhooks/{created['id']}"
    assert response.headers["Cache-Control"] == "no-store"
    assert (created["url"], created["events"], created["description"]) == (PUBLIC, ["order.ready"], "ERP")
    assert len(base64.b64decode(created["secret"].removeprefix("whsec_"))) == 32
    shown = ada.get(f"/webhooks/{created['id']}").json()
    assert shown == {name: created[name] for name in created if name != "secret"}
    assert ada.get("/webhooks").json()["items"] == [shown]
    row = WebhookSubscription.objects.get()
    assert created["secret"] not in row.encrypted_secret
    assert (row.secret, row.created_by) == (created["secret"], str(ada.user.pk))


def test_a_webhook_that_is_created_again_with_its_key_is_the_same_with_the_same_secret(ada):
    first = ada.post("/webhooks", {"url": PUBLIC}, key="w1")
    again = ada.post("/webhooks", {"url": PUBLIC}, key="w1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert WebhookSubscription.objects.count() == 1
    assert_refused(ada.post("/webhooks", {"url": f"{PUBLIC}2"}, key="w1"), 422, "idempotency_key_reused")


def test_a_repeated_creation_is_answered_even_if_the_host_cannot_be_found_any_more(ada, resolver):
    resolver.answer("hooks.example", ["93.184.216.34"], [])
    first = ada.post("/webhooks", {"url": "https://hooks.example/"}, key="w1")

    again = ada.post("/webhooks", {"url": "https://hooks.example/"}, key="w1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert_refused(ada.post("/webhooks", {"url": "https://hooks.example/"}, key="w2"), 422, "webhook_url_refused")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": "http://93.184.216.34/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://user:password@93.184.216.34/"}, "url"),
        ({"url": "https://private.example/"}, "url"),
        ({"url": "https://nowhere.example/"}, "url"),
        ({"url": f"https://93.184.216.34/{'x' * 500}"}, "url"),
        ({"url": "https://93.184.216.34/\x00"}, "url"),
        ({"url": PUBLIC, "events": ["order.eaten"]}, "events.0"),
        ({"url": PUBLIC, "events": ["order.ready.v1"]}, "events.0"),
        ({"url": PUBLIC, "events": "order.ready"}, "events"),
        ({"url": PUBLIC, "description": "x" * 201}, "description"),
        ({"url": PUBLIC, "secret": "whsec_AAAA"}, "secret"),
    ],
    ids=str,
)
def test_an_invalid_webhook_names_the_field_and_nothing_is_stored(ada, resolver, sent, field):
    resolver.answer("private.example", ["93.184.216.34", "192.168.1.1"])

    response = ada.post("/webhooks", sent)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not WebhookSubscription.objects.exists()


def test_a_webhook_in_an_extra_network_may_be_plain_http(ada, settings):
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]

    assert ada.post("/webhooks", {"url": "http://127.0.0.1:9000/"}).status_code == 201


def test_the_document_lists_the_events(client):
    document = client.get("/api/openapi.json").json()

    events = document["components"]["schemas"]["WebhookRequest"]["properties"]["events"]
    assert events["items"]["enum"] == EVENT_NAMES


def test_nobody_but_an_admin_reaches_webhooks(caller):
    webhook = WebhookSubscriptionFactory()
    marta = caller("manager")

    for method, path in [
        ("get", "/webhooks"),
        ("post", "/webhooks"),
        ("get", f"/webhooks/{webhook.ref}"),
        ("delete", f"/webhooks/{webhook.ref}"),
        ("get", f"/webhooks/{webhook.ref}/deliveries"),
    ]:
        assert_refused(marta.send(method, path), 403, "insufficient_scope")


def test_a_token_of_an_admin_without_the_admin_scope_does_not_reach_webhooks(caller):
    narrow = caller(ADMIN.name, scope="openid orders:read")

    assert_refused(narrow.get("/webhooks"), 403, "insufficient_scope")


def test_webhooks_come_in_pages_newest_first(ada):
    webhooks = WebhookSubscriptionFactory.create_batch(3)

    first = ada.get("/webhooks?limit=2").json()
    second = ada.get(f"/webhooks?limit=2&cursor={first['next_cursor']}").json()

    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert ids == [str(webhook.ref) for webhook in reversed(webhooks)]
    assert second["next_cursor"] is None


def test_a_webhook_is_deleted_with_its_deliveries(ada):
    webhook = WebhookSubscriptionFactory()
    kept = WebhookSubscriptionFactory()
    create_deliveries(shop.place())

    response = ada.delete(f"/webhooks/{webhook.ref}")

    assert (response.status_code, response.content) == (204, b"")
    assert WebhookSubscription.objects.get() == kept
    assert set(WebhookDelivery.objects.values_list("subscription", flat=True)) == {kept.pk}
    assert_refused(ada.delete(f"/webhooks/{webhook.ref}"), 404, "webhook_not_found")


def test_an_unknown_webhook_is_not_found(ada):
    known, unknown = WebhookSubscriptionFactory().ref, uuid7()

    for method, path in [
        ("get", f"/webhooks/{unknown}"),
        ("get", f"/webhooks/{unknown}/deliveries"),
        ("post", f"/webhooks/{unknown}/enable"),
        ("post", f"/webhooks/{known}/deliveries/{unknown}/redeliver"),
        ("post", f"/webhooks/{unknown}/deliveries/{unknown}/redeliver"),
    ]:
        assert_refused(ada.send(method, path), 404, "webhook_not_found")


def test_the_deliveries_are_shown_with_their_outcome(ada, webhook, https_receiver):
    order = shop.place()
    confirmed = create_deliveries(order)[1]
    send_next(webhook)
    https_receiver.answer = 503
    send_next(webhook)

    page = ada.get(f"/webhooks/{webhook.ref}/deliveries").json()

    newest, oldest = page["items"]
    assert newest["id"] == str(confirmed.ref)
    assert (newest["event_id"], newest["event"]) == (f"{order.ref}.2", "order.confirmed")
    assert (newest["order_id"], newest["state"], newest["attempts"]) == (str(order.ref), "failed", 1)
    assert (newest["response_status"], newest["error"]) == (503, "The receiver answered 503.")
    assert newest["next_attempt_at"] is not None
    assert (oldest["state"], oldest["response_status"], oldest["next_attempt_at"]) == ("delivered", 204, None)
    assert oldest["delivered_at"] is not None


def test_a_page_of_deliveries_takes_two_queries_whatever_its_length(django_assert_num_queries):
    webhook = WebhookSubscriptionFactory()
    for _each in range(2):
        create_deliveries(shop.place())

    with django_assert_num_queries(2):
        page, _next = page_of(selectors.deliveries_of(webhook.ref), cursor=None, limit=10)
        records = [delivery_record(delivery) for delivery in page]

    assert len(records) == 4


def test_a_delivery_is_sent_again_with_its_id_whether_it_was_delivered_or_not(ada, webhook, https_receiver):
    delivered, failed = create_deliveries(shop.place())
    send_next(webhook)
    https_receiver.answer = 500
    send_next(webhook)
    https_receiver.answer = 204
    assert (now(delivered).state, now(failed).state) == (DELIVERED, FAILED)

    for delivery in (delivered, failed):
        response = ada.post(f"/webhooks/{webhook.ref}/deliveries/{delivery.ref}/redeliver")
        assert (response.status_code, response.json()["state"], response.json()["attempts"]) == (202, "queued", 0)
    send_all(webhook, clock.now())

    assert (now(delivered).state, now(failed).state) == (DELIVERED, DELIVERED)
    ids = [request.headers["webhook-id"] for request in https_receiver.requests]
    assert [ids.count(str(delivery.ref)) for delivery in (delivered, failed)] == [2, 2]
    last = https_receiver.requests[-1]
    Webhook(webhook.secret).verify(last.body, last.headers)


def test_a_delivery_of_a_disabled_webhook_is_sent_again_only_once_it_is_enabled(ada, webhook, https_receiver):
    delivery = create_deliveries(shop.place())[0]
    https_receiver.answer = 410
    send_next(webhook)
    again = f"/webhooks/{webhook.ref}/deliveries/{delivery.ref}/redeliver"
    assert_refused(ada.post(again), 409, "webhook_disabled")

    enabled = ada.post(f"/webhooks/{webhook.ref}/enable", key="e1")

    assert (enabled.status_code, enabled.json()["is_enabled"], enabled.json()["disabled_reason"]) == (200, True, "")
    assert ada.post(f"/webhooks/{webhook.ref}/enable", key="e1").json() == enabled.json()
    assert ada.post(again, key="r1").status_code == ada.post(again, key="r1").status_code == 202


def test_old_deliveries_are_purged():
    webhook = WebhookSubscriptionFactory()
    old, new = create_deliveries(shop.place(), at=clock.now() - timedelta(days=29))
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=31))

    call_command("purge_expired", verbosity=0)

    assert webhook.deliveries.get() == new


def test_a_blank_url_and_an_unknown_delivery_are_named_as_such(ada):
    blank = ada.post("/webhooks", {"url": ""}).json()["errors"]
    webhook = ada.post("/webhooks", {"url": PUBLIC}).json()["id"]
    unknown = ada.post(f"/webhooks/{webhook}/deliveries/{uuid7()}/redeliver")

    assert blank == [{"field": "url", "detail": "Please fill this in."}]
    assert_refused(unknown, 404, "webhook_not_found")
    assert unknown.json()["detail"] == "There is no such delivery."
