"""API endpoints of a user's own notifications."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from orders.notifications import selectors, services
from orders.notifications.models import Notification
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api.pages import DEFAULT_LIMIT, Limit, rows_after
from pizzeria.foundation.api.schemas import ResponseBody
from pizzeria.foundation.api_auth import ANY_TOKEN

router = Router(tags=["profile"], auth=ANY_TOKEN)


# A notification has no ref of its own: it is known by its order's, and by the number of the event in the order.
NotificationCursor = Annotated[
    str | None,
    Query(
        None,
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9]{1,9}$",
        description="`next_cursor` of the page before; absent: the first page",
    ),
]


class NotificationRecord(ResponseBody):
    id: Annotated[
        str,
        Field(
            validation_alias="key",
            description="The order's id, and the `seq` of the event",
            examples=["0197c2a0-0000-7000-8000-000000000000.4"],
        ),
    ]
    order_id: UUID = Field(validation_alias="ref")
    headline: str = Field(examples=["Order #42 is in line for the oven"])
    text: str = Field(description="May be blank", examples=["Thank you! We will tell you how it goes."])
    at: datetime = Field(description="When it happened")
    is_unread: bool


class NotificationPage(ResponseBody):
    """One page of the notifications."""

    items: list[NotificationRecord]
    next_cursor: str | None = Field(description="Cursor of the next page; null: this is the last one")


@router.get("", response=NotificationPage, summary="The caller's notifications")
def notifications(
    request: HttpRequest, cursor: NotificationCursor = None, limit: Limit = DEFAULT_LIMIT
) -> NotificationPage:
    """Return the notifications that are not dismissed, newest first."""
    recipient = str(actor_of(request))
    last = None if cursor is None else selectors.notification_of(recipient, _parsed(cursor))
    page, has_more = rows_after(last, selectors.inbox_of(recipient, at=clock.now()), limit=limit)
    items = [NotificationRecord.model_validate(selectors.inbox_row(each)) for each in page]
    return NotificationPage(items=items, next_cursor=items[-1].id if has_more else None)


@router.post("/{uuid:order_id}.{int:seq}/dismiss", response={204: None}, summary="Dismiss a notification")
def dismiss(request: HttpRequest, order_id: UUID, seq: int, key: IdempotencyKeyHeader = None) -> Status[None]:
    """Dismiss a notification by its `id`. Dismissing it again changes nothing."""
    try:
        services.dismiss_notifications(
            keys=[(order_id, seq)],
            by=actor_of(request),
            at=clock.now(),
            idempotency=idempotent_request(request, key),
        )
    except Notification.DoesNotExist as missing:
        raise Http404 from missing
    return Status(204, None)


def _parsed(cursor: str) -> services.NotificationKey:
    ref, _dot, seq = cursor.partition(".")
    return UUID(ref), int(seq)
