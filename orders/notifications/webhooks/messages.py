"""
The message of an event: a CloudEvent (1.0, JSON, structured mode), signed as Standard Webhooks describe it.

It holds the data that `GET /orders/{id}/events` shows: ids, choices, amounts and times, never personal data. If it is
too large to be sent with its data, it has their address instead (`dataref`).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from standardwebhooks import Webhook

from orders.schemas import event_content
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.outbound_http.requests import MAX_BODY

MEDIA_TYPE = "application/cloudevents+json"
USER_AGENT = "Pizzeria-Webhooks/1"


def event_id(event: StoredEvent) -> str:
    """Return the CloudEvent's `id`: the order's id and the event's number within it."""
    return f"{event.aggregate_ref}.{event.seq}"


def message_of(event: StoredEvent) -> bytes:
    """
    Return the CloudEvent of a stored event, at most `MAX_BODY` bytes.

    :raises EventUnreadable: this release cannot load the event
    """
    event_type, data = event_content(event)
    attributes = {
        "specversion": "1.0",
        "id": event_id(event),
        "source": settings.SHOP_ORIGIN,
        "type": event_type,
        "subject": str(event.aggregate_ref),
        "time": event.at.astimezone(UTC).isoformat(),
        "sequence": f"{event.seq:010}",  # sorts as text, which the extension asks for
        "datacontenttype": "application/json",
    }
    message = _serialized({**attributes, "data": data})
    if len(message) <= MAX_BODY:
        return message
    address = reverse("api:order_events", args=[event.aggregate_ref])
    return _serialized({**attributes, "dataref": urljoin(settings.SHOP_ORIGIN, address)})


def headers_of(message: bytes, *, message_id: str, secret: str, at: datetime) -> dict[str, str]:
    """
    Return the headers of a message, with its signature.

    :param message_id: the same whenever the message is sent again, so that a receiver knows a repetition
    :param secret: `whsec_…`
    :param at: the time of this attempt, which is signed: receivers refuse one that is five minutes old
    """
    sent_at = at.astimezone(UTC)
    return {
        "Content-Type": MEDIA_TYPE,
        "User-Agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, sent_at, message.decode()),
    }


def _serialized(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
