from ipaddress import ip_network

import pytest

from pizzeria.foundation.outbound_http import deadline
from tests.factories import WebhookSubscriptionFactory
from tests.http_receiver import NAME
from tests.message_sinks import ANSWER_TIMEOUT


@pytest.fixture
def webhook(kitchen, https_receiver, resolver, settings, monkeypatch):
    """Return a webhook to all events, at the receiver on loopback."""
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]
    resolver.answer(NAME, ["127.0.0.1"])
    monkeypatch.setattr(deadline, "TIME_LIMIT", ANSWER_TIMEOUT)
    return WebhookSubscriptionFactory(url=https_receiver.url())
