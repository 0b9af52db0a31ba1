"""Webhooks as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from orders.notifications.webhooks.event_names import EVENT_NAMES, name_of
from orders.notifications.webhooks.messages import event_id
from orders.notifications.webhooks.models import PENDING_STATES, DeliveryState, WebhookDelivery, WebhookSubscription
from pizzeria.foundation.api.schemas import RequestBody, ResponseBody, cleaned_by, with_example
from pizzeria.foundation.forms import SingleLineField


def _known_event(name: str) -> str:
    if name not in EVENT_NAMES:
        raise PydanticCustomError(
            "invalid", "There is no such event; they are: {names}.", {"names": ", ".join(EVENT_NAMES)}
        )
    return name


EventName = Annotated[str, AfterValidator(_known_event), Field(json_schema_extra={"enum": [*EVENT_NAMES]})]


class WebhookRequest(RequestBody):
    """A URL to which events of orders are sent."""

    model_config = with_example(
        url="https://example.com/pizzeria", events=["order.placed", "order.ready"], description="Stock and bookkeeping"
    )

    url: Annotated[
        str,
        Field(min_length=1, max_length=500, description="An https URL", examples=["https://erp.example/pizzeria"]),
    ]
    events: Annotated[
        list[EventName],
        Field(
            max_length=len(EVENT_NAMES),
            description="Types of events without their version; empty: all",
            examples=[["order.placed", "order.ready"]],
        ),
    ] = []
    description: Annotated[
        str,
        cleaned_by(SingleLineField(required=False, max_length=200)),
        Field(description="What it is for, for people", examples=["Stock and bookkeeping"]),
    ] = ""


class WebhookRecord(ResponseBody):
    """A subscription of a URL to events of orders."""

    id: UUID
    url: str = Field(examples=["https://erp.example/pizzeria"])
    description: str
    events: list[str] = Field(description="Types of events without their version; empty: all")
    is_enabled: bool
    created_at: datetime
    failing_since: datetime | None = Field(description="First failed attempt since the last success; null: none waits")
    disabled_at: datetime | None
    disabled_reason: str = Field(description="Blank: it is enabled", examples=["nothing could be delivered for a day"])


class CreatedWebhook(WebhookRecord):
    """A subscription with the secret by which its messages are signed."""

    secret: str = Field(
        description="Key of the signatures (Standard Webhooks); shown only here, and again if the request is repeated "
        "with its `Idempotency-Key` within 24 hours",
        examples=["whsec_…"],
    )


class WebhookDeliveryRecord(ResponseBody):
    """An event that is sent to a webhook."""

    id: UUID = Field(description="`webhook-id` of each attempt")
    event_id: str = Field(description="`id` of the CloudEvent", examples=["0197c2a0-0000-7000-8000-000000000000.4"])
    event: str = Field(description="Type of the event without its version", examples=["order.ready"])
    order_id: UUID
    state: DeliveryState
    attempts: int = Field(description="How often it was tried, since it was queued")
    response_status: int | None = Field(description="HTTP status of the last attempt; null: no answer", examples=[200])
    error: str = Field(description="Why the last attempt failed; blank: it did not")
    created_at: datetime
    next_attempt_at: datetime | None = Field(description="Null: it is not tried again")
    delivered_at: datetime | None


def webhook_record(subscription: WebhookSubscription) -> WebhookRecord:
    return WebhookRecord(**_fields(subscription))


def created_webhook(subscription: WebhookSubscription) -> CreatedWebhook:
    return CreatedWebhook(**_fields(subscription), secret=subscription.secret)


def delivery_record(delivery: WebhookDelivery) -> WebhookDeliveryRecord:
    """
    Return a delivery.

    :param delivery: with its event
    """
    event = delivery.event
    return WebhookDeliveryRecord(
        id=delivery.ref,
        event_id=event_id(event),
        event=name_of(event.type),
        order_id=event.aggregate_ref,
        state=DeliveryState(delivery.state),
        attempts=delivery.attempts,
        response_status=delivery.response_status,
        error=delivery.error,
        created_at=delivery.created_at,
        next_attempt_at=delivery.due_at if delivery.state in PENDING_STATES else None,
        delivered_at=delivery.delivered_at,
    )


def _fields(subscription: WebhookSubscription) -> dict[str, Any]:
    return {
        "id": subscription.ref,
        "url": subscription.url,
        "description": subscription.description,
        "events": subscription.event_names,
        "is_enabled": subscription.is_enabled,
        "created_at": subscription.created_at,
        "failing_since": subscription.failing_since,
        "disabled_at": subscription.disabled_at,
        "disabled_reason": subscription.disabled_reason,
    }
