from ipaddress import ip_network

import pytest

from pizzeria.foundation.outbound_http import deadline
from tests import shop
from tests.factories import WebhookSubscriptionFactory
from tests.http_receiver import NAME, receiving
from tests.message_sinks import ANSWER_TIMEOUT
from tests.orders.notifications.webhooks.webhook_helpers import create_deliveries


@pytest.fixture
def webhook(kitchen, https_receiver, resolver, settings, monkeypatch):
    """Return a webhook to all events, at the receiver on loopback."""
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]
    resolver.answer(NAME, ["127.0.0.1"])
    monkeypatch.setattr(deadline, "TIME_LIMIT", ANSWER_TIMEOUT)
    return WebhookSubscriptionFactory(url=https_receiver.url())


@pytest.fixture
def deliveries(webhook):
    """Return the two deliveries of an order that was just placed."""
    return create_deliveries(shop.place())


@pytest.fixture
def other(webhook):
    """Return another webhook, at a receiver of its own, which is its `receiver`."""
    with receiving() as receiver:
        subscription = WebhookSubscriptionFactory(url=receiver.url("127.0.0.1"))
        subscription.receiver = receiver
        yield subscription
