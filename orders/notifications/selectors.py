"""
A user's in-app notifications that are not dismissed, and whether anybody can be notified of an event.

The header of every page shows the number of unread ones, so it is cached for a short time. Commands that create
notifications, mark them as read or dismiss them invalidate the cached number on commit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orders.models import Order
from orders.notifications.channels.registry import is_configured
from orders.notifications.messages import inbox_text
from orders.notifications.models import Notification, NotificationChannel, NotificationKind, NotificationState
from orders.notifications.rendering import RenderedMessage
from orders.notifications.rules import rule_for
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent

CACHE_SECONDS = 30

log = structlog.get_logger(__name__)

_ICONS = {
    NotificationKind.PLACED: "note",
    NotificationKind.CONFIRMED: "check",
    NotificationKind.COOKING: "flame",
    NotificationKind.READY: "bell",
    NotificationKind.OUT_FOR_DELIVERY: "bike",
    NotificationKind.DELIVERED: "check",
    NotificationKind.CANCELLED: "close",
    NotificationKind.REFUND_REQUESTED: "cash",
    NotificationKind.REFUNDED: "cash",
    NotificationKind.PROMISE_CHANGED: "clock",
}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A notification as shown to its recipient, identified by the order's ref and the event's seq."""

    ref: UUID
    seq: int
    icon: str
    headline: str
    text: str
    at: datetime
    url: str  # of the order
    is_unread: bool

    @property
    def key(self) -> str:
        """Return the key that identifies the notification in a form."""
        return f"{self.ref}.{self.seq}"


def inbox_of(recipient: str, *, at: datetime) -> QuerySet[Notification]:
    """
    Return a recipient's in-app notifications that are due, newest first, with the rows that their text is made from.

    Not due are those of a step that can still be undone; those of an undone step have expired.

    :param recipient: as in `Notification.recipient`: a user's id
    """
    shown = Notification.objects.filter(
        channel=NotificationChannel.IN_APP,
        recipient=recipient,
        state=NotificationState.SENT,
        due_at__lte=at,
        dismissed_at=None,
    )
    return shown.select_related("event", "order__contact").order_by("-id")


def notification_of(recipient: str, key: tuple[UUID, int]) -> QuerySet[Notification]:
    """
    Return a recipient's in-app notification, dismissed or not, as a queryset of one or none.

    :param key: the order's ref and the event's seq
    """
    ref, seq = key
    own = Notification.objects.filter(channel=NotificationChannel.IN_APP, recipient=recipient)
    return own.filter(event__aggregate_ref=ref, event__seq=seq)


def inbox_row(notification: Notification) -> InboxRow:
    """
    Return the row of a notification. No query.

    One that this release cannot render names the order alone, so that the others are shown, and it can be dismissed.
    """
    try:
        rendered, icon = inbox_text(notification), _ICONS[NotificationKind(notification.kind)]
    except Exception:
        log.exception("notification_not_rendered", notification_id=notification.pk)
        headline = _("There is news of your order #%(number)s") % {"number": notification.order.number}
        rendered, icon = RenderedMessage(headline, ""), "note"
    return InboxRow(
        ref=notification.order.ref,
        seq=notification.event.seq,
        icon=f"icons/{icon}.html",
        headline=rendered.headline,
        text=rendered.text,
        at=notification.event.at,
        url=notification.order.get_absolute_url(),
        is_unread=notification.read_at is None,
    )


def due_after(notification_id: int, *, at: datetime) -> QuerySet[Notification]:
    """Return the due notifications of later events of the same order and channel: they may have waited for this one."""
    notification = Notification.objects.filter(pk=notification_id)
    same_order = Notification.objects.due(at).filter(
        order__in=notification.values("order"), channel__in=notification.values("channel")
    )
    return same_order.filter(event__seq__gt=notification.values("event__seq")).order_by("pk")


def unread_count(recipient: str, *, at: datetime) -> int:
    """Return the number of unread notifications, at most 30 seconds old. One query, and none while it is cached."""
    count = cache.get(_key(recipient))
    if count is None:
        count = inbox_of(recipient, at=at).filter(read_at=None).count()
        cache.set(_key(recipient), count, CACHE_SECONDS)
    return int(count)


def invalidate_unread_count(recipient: str) -> None:
    """Invalidate the cached number of a recipient's unread notifications."""
    cache.delete(_key(recipient))


def _key(recipient: str) -> str:
    return f"notifications:unread:{recipient}"


def is_anybody_reachable(event: StoredEvent, *, batch: RelayBatch) -> bool:
    """
    Return whether a stored event may have notifications; if not, it has none. At most one query for a batch.

    A guest, who has no account, is reached only by the channels that the shop has configured.

    :param batch: the batch in which the event is published
    :raises EventUnreadable: this release cannot load it
    """
    rule = rule_for(event)
    if rule is None or not rule.covers(event):
        return False
    if any(is_configured(channel) for channel in rule.channels if channel != NotificationChannel.IN_APP):
        return True
    if NotificationChannel.IN_APP not in rule.channels:
        return False
    return event.aggregate_ref in batch.once("orders of customers", partial(_orders_of_customers, batch.aggregate_refs))


def _orders_of_customers(refs: Collection[UUID]) -> set[UUID]:
    """Return the refs of those orders that a customer has placed, or taken over."""
    return set(Order.objects.filter(ref__in=refs, customer__isnull=False).values_list("ref", flat=True))
