"""Noticing: writing down who is to be told of an event. Nothing leaves the shop here."""

from datetime import datetime
from functools import partial

from django.db import transaction

from orders.models import Channel, Notice, NoticeState, Order
from orders.selectors.notices import forget_unread
from orders.services.audience import news_of
from orders.services.ways_out import is_reached
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import Event

GUEST = "guest"  # as an event's actor is written


@command
def write_notices(*, event_id: int, at: datetime) -> list[Notice]:
    """
    Write down who is to be told of an event, once, however often it is heard; give what is still to be sent of it.

    :raises Event.DoesNotExist: there is no such event
    :raises LookupError: this release knows no fact of its type
    """
    event = Event.objects.get(pk=event_id)
    news = news_of(event)
    if news is None:
        return []
    order = Order.objects.select_related("contact", "customer").get(ref=event.noun_ref)
    if order.method not in news.of:
        return []
    recipient = str(order.customer.user_id) if order.customer else GUEST
    Notice.objects.bulk_create(
        [
            Notice(
                event=event,
                order=order,
                kind=news.kind,
                channel=way,
                recipient=recipient,
                made_at=at,
                news_since=event.at,
                due_at=at,
                **({"state": NoticeState.SENT, "sent_at": at} if way == Channel.IN_APP else {}),
            )
            for way in news.ways
            if is_reached(order, way)
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(forget_unread, recipient), robust=True)
    return list(Notice.objects.filter(event=event).due(at).order_by("pk"))
