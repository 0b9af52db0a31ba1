"""Noticing: writing down who is to be told of an event. Nothing leaves the shop here."""

from datetime import datetime
from functools import partial

from django.db import transaction

from orders.events import OrderLinkedToCustomer
from orders.models import Notice, NoticeKind, NoticeState, NotificationChannel, Order
from orders.selectors.notices import invalidate_unread_count
from orders.services.audience import news_of
from orders.services.ways_out import is_reached
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import StoredEvent


@command
def write_notices(*, event_id: int, at: datetime) -> list[Notice]:
    """
    Write down who is to be told of an event, once, however often it is heard; give what is still to be sent of it.

    :raises Event.DoesNotExist: there is no such event
    :raises LookupError: this release knows no fact of its type
    """
    event = StoredEvent.objects.get(pk=event_id)
    news = news_of(event)
    if news is None:
        return []
    order = Order.objects.select_related("contact", "customer").get(ref=event.aggregate_ref)
    if order.method not in news.of:
        return []
    to = _recipient(order, event)
    Notice.objects.bulk_create(
        [_notice(event, order, way, to=to, kind=news.kind, at=at) for way in news.ways if is_reached(to, order, way)],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(invalidate_unread_count, to), robust=True)
    return list(Notice.objects.filter(event=event).due(at).order_by("pk"))


def _notice(
    event: StoredEvent, order: Order, way: NotificationChannel, *, to: str, kind: NoticeKind, at: datetime
) -> Notice:
    notice = Notice(event=event, order=order, kind=kind, channel=way, recipient=to)
    notice.made_at, notice.news_since, notice.due_at = at, event.at, at
    if way == NotificationChannel.IN_APP:  # it is shown, not sent
        notice.state, notice.sent_at = NoticeState.SENT, at
    return notice


def _recipient(order: Order, event: StoredEvent) -> str:
    """Name whose the order was when it happened: what a guest is told is not told again once it is in an account."""
    if order.customer is None or _was_linked_after(event):
        return str(GUEST)
    return str(order.customer.user_id)


def _was_linked_after(event: StoredEvent) -> bool:
    return StoredEvent.objects.filter(
        aggregate_ref=event.aggregate_ref, type=OrderLinkedToCustomer.type, seq__gt=event.seq
    ).exists()
