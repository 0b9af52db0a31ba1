"""API endpoints of a user's own notifications."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Status
from pydantic import Field

from orders.notifications import selectors, services
from orders.notifications.models import Notification
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.pages import DEFAULT_LIMIT, Limit
from pizzeria.foundation.api.schemas import ResponseBody
from pizzeria.foundation.api_auth import ANY_TOKEN

router = Router(tags=["profile"], auth=ANY_TOKEN)


class NotificationRecord(ResponseBody):
    id: Annotated[str, Field(validation_alias="key", examples=["0197c2a0-0000-7000-8000-000000000000.4"])]
    order_id: UUID = Field(validation_alias="ref")
    headline: str
    text: str
    at: datetime
    is_unread: bool


@router.get("", response=list[NotificationRecord], summary="The caller's notifications")
def notifications(request: HttpRequest, limit: Limit = DEFAULT_LIMIT) -> list[selectors.InboxRow]:
    """Return the newest notifications that are not dismissed."""
    inbox = selectors.inbox_of(str(actor_of(request)), at=clock.now())
    return [selectors.inbox_row(notification) for notification in inbox[:limit]]


@router.post("/{uuid:order_id}.{int:seq}/dismiss", response={204: None}, summary="Dismiss a notification")
def dismiss(request: HttpRequest, order_id: UUID, seq: int) -> Status[None]:
    """Dismiss a notification by its `id`. Dismissing it again changes nothing."""
    try:
        services.dismiss_notifications(keys=[(order_id, seq)], by=actor_of(request), at=clock.now())
    except Notification.DoesNotExist as missing:
        raise Http404 from missing
    return Status(204, None)
