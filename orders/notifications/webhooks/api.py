"""API endpoints of outgoing webhooks, for admins."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status

from orders.notifications.webhooks import schemas, selectors, services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api.pages import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from pizzeria.foundation.api_auth import requires_scope
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.scopes import Scope

router = Router(tags=["webhooks"], auth=requires_scope(Scope.ADMIN))


@router.post("", response={201: schemas.CreatedWebhook}, summary="Create a webhook")
def create_webhook(
    request: HttpRequest, response: HttpResponse, body: schemas.WebhookRequest, key: IdempotencyKeyHeader = None
) -> Status[schemas.CreatedWebhook]:
    """
    Have events of orders sent to a URL, from now on.

    Each is a POST of a CloudEvent (1.0, JSON), signed with the secret of this answer as Standard Webhooks describe it;
    a status of 2xx within five seconds accepts it. An event arrives at least once: a repetition has the same
    `webhook-id`. It is retried for a day. The host of the URL must be on the public internet.
    """
    webhook = services.create_webhook(
        ref=uuid7(),
        url=body.url,
        event_names=sorted(set(body.events)),
        description=body.description,
        by=actor_of(request),
        at=clock.now(),
        idempotency=idempotent_request(request, key),
    )
    response.headers["Location"] = reverse("api:webhook", args=[webhook.ref])
    response.headers["Cache-Control"] = "no-store"
    return Status(201, schemas.created_webhook(webhook))


@router.get("", response=Page[schemas.WebhookRecord], summary="Webhooks")
def webhooks(request: HttpRequest, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[schemas.WebhookRecord]:
    """Return the webhooks, newest first, disabled ones included."""
    page, next_cursor = page_of(selectors.newest_subscriptions(), cursor=cursor, limit=limit)
    return Page(items=[schemas.webhook_record(each) for each in page], next_cursor=next_cursor)


@router.get("/{uuid:webhook_id}", response=schemas.WebhookRecord, summary="One webhook", url_name="webhook")
def webhook(request: HttpRequest, webhook_id: UUID) -> schemas.WebhookRecord:
    """Return a webhook. Its secret is shown only when it is created."""
    return schemas.webhook_record(selectors.get_subscription(webhook_id))


@router.delete("/{uuid:webhook_id}", response={204: None}, summary="Delete a webhook")
def delete_webhook(request: HttpRequest, webhook_id: UUID) -> Status[None]:
    """Delete a webhook with its deliveries, those that are not sent yet included."""
    services.delete_webhook(ref=webhook_id, by=actor_of(request), at=clock.now())
    return Status(204, None)


@router.post("/{uuid:webhook_id}/enable", response=schemas.WebhookRecord, summary="Enable a webhook")
def enable_webhook(request: HttpRequest, webhook_id: UUID, key: IdempotencyKeyHeader = None) -> schemas.WebhookRecord:
    """
    Enable a webhook that was disabled because nothing could be delivered for a day, or its receiver answered 410.

    What could not be delivered is sent, within seconds; events from the time in between are not.
    """
    enabled = services.enable_webhook(
        ref=webhook_id, by=actor_of(request), at=clock.now(), idempotency=idempotent_request(request, key)
    )
    return schemas.webhook_record(enabled)


@router.get(
    "/{uuid:webhook_id}/deliveries", response=Page[schemas.WebhookDeliveryRecord], summary="Deliveries of a webhook"
)
def deliveries(
    request: HttpRequest, webhook_id: UUID, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[schemas.WebhookDeliveryRecord]:
    """Return what was sent, or is to be sent, to a webhook in the last 30 days, newest first."""
    page, next_cursor = page_of(selectors.deliveries_of(webhook_id), cursor=cursor, limit=limit)
    return Page(items=[schemas.delivery_record(each) for each in page], next_cursor=next_cursor)


@router.post(
    "/{uuid:webhook_id}/deliveries/{uuid:delivery_id}/redeliver",
    response={202: schemas.WebhookDeliveryRecord},
    summary="Send a delivery again",
)
def redeliver(
    request: HttpRequest, webhook_id: UUID, delivery_id: UUID, key: IdempotencyKeyHeader = None
) -> Status[schemas.WebhookDeliveryRecord]:
    """Send an event again, whether it was delivered or not; within seconds, with the same `webhook-id`."""
    delivery = services.redeliver_webhook(
        ref=delivery_id,
        subscription_ref=webhook_id,
        by=actor_of(request),
        at=clock.now(),
        idempotency=idempotent_request(request, key),
    )
    return Status(202, schemas.delivery_record(delivery))
