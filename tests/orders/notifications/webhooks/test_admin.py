"""Webhooks in the admin: shown to admins, who can send a delivery again."""

import pytest
from django.urls import reverse

from orders.notifications.webhooks.models import WebhookDelivery
from pizzeria.users.roles import ADMIN, MANAGER
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.orders.notifications.webhooks.webhook_helpers import DEAD, QUEUED, create_deliveries, now
from tests.shop import FRIDAY_NIGHT

SUBSCRIPTIONS = reverse("admin:webhooks_webhooksubscription_changelist")
DELIVERIES = reverse("admin:webhooks_webhookdelivery_changelist")


@pytest.fixture
def dead(kitchen):
    """Return a delivery that was given up."""
    WebhookSubscriptionFactory(description="ERP")
    delivery = create_deliveries(shop.place())[0]
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state=DEAD, error="The receiver answered 500.")
    return delivery


def test_an_admin_sees_webhooks_and_deliveries_without_the_secret(sign_in, dead):
    browser, subscription = sign_in(ADMIN), dead.subscription
    detail = reverse("admin:webhooks_webhooksubscription_change", args=[subscription.pk])

    assert "https://hooks.example/" in browser.get(SUBSCRIPTIONS).text
    assert "The receiver answered 500." in browser.get(DELIVERIES).text
    assert subscription.encrypted_secret not in browser.get(detail).text
    assert subscription.secret not in browser.get(detail).text


def test_a_manager_does_not_see_webhooks(sign_in, dead):
    browser = sign_in(MANAGER)

    assert browser.get(SUBSCRIPTIONS).status_code == browser.get(DELIVERIES).status_code == 403


def test_an_admin_sends_a_delivery_again(sign_in, dead):
    page = sign_in(ADMIN).post(DELIVERIES, {"action": "redeliver", "_selected_action": [dead.pk]}, follow=True)

    assert "1 event will be sent again." in page.text
    assert now(dead).state == QUEUED


def test_a_delivery_of_a_disabled_webhook_is_named_in_a_warning(sign_in, dead):
    dead.subscription.disabled_at = FRIDAY_NIGHT
    dead.subscription.save()

    page = sign_in(ADMIN).post(DELIVERIES, {"action": "redeliver", "_selected_action": [dead.pk]}, follow=True)

    assert "This webhook is disabled." in page.text
    assert now(dead).state == DEAD
