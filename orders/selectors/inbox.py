"""
A person's notices on the page: those told there and not dismissed.

How many are unread stands in the header of every page, so it is cached for a short time. Whoever writes notices, or
has them read or dismissed, forgets the count when that is committed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet

from orders.models import Notification, NotificationChannel, NotificationKind
from orders.selectors.messages import inbox_text

CACHE_SECONDS = 30

_ICONS = {
    NotificationKind.PLACED: "note",
    NotificationKind.CONFIRMED: "check",
    NotificationKind.COOKING: "flame",
    NotificationKind.READY: "bell",
    NotificationKind.OUT_FOR_DELIVERY: "bike",
    NotificationKind.DELIVERED: "check",
    NotificationKind.CANCELLED: "close",
    NotificationKind.PROMISE_CHANGED: "clock",
}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A notice as its reader sees it. It is named by what it tells of: the order, and which of its events."""

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
        """Name it in a form."""
        return f"{self.ref}.{self.seq}"


def inbox_of(recipient: str) -> QuerySet[Notification]:
    """
    List what a person has been told on the page, newest first, with what its words are made of.

    :param recipient: as notices name them: a user's id
    """
    shown = Notification.objects.filter(channel=NotificationChannel.IN_APP, recipient=recipient, dismissed_at=None)
    return shown.select_related("event", "order__contact").order_by("-id")


def inbox_row(notification: Notification) -> InboxRow:
    """Picture a notice. No query."""
    line = inbox_text(notification)
    return InboxRow(
        ref=notification.order.ref,
        seq=notification.event.seq,
        icon=f"icons/{_ICONS[NotificationKind(notification.kind)]}.html",
        headline=line.headline,
        text=line.text,
        at=notification.event.at,
        url=notification.order.get_absolute_url(),
        is_unread=notification.read_at is None,
    )


def due_after(notification_id: int, *, at: datetime) -> QuerySet[Notification]:
    """List what is due of the same order by the same channel, of later events: it may have waited for this notice."""
    notification = Notification.objects.filter(pk=notification_id)
    same_order = Notification.objects.due(at).filter(
        order__in=notification.values("order"), channel__in=notification.values("channel")
    )
    return same_order.filter(event__seq__gt=notification.values("event__seq")).order_by("pk")


def unread_count(recipient: str) -> int:
    """Count what a person has not read yet, as of 30 seconds ago at most. One query, and none while it is cached."""
    count = cache.get(_key(recipient))
    if count is None:
        count = inbox_of(recipient).filter(read_at=None).count()
        cache.set(_key(recipient), count, CACHE_SECONDS)
    return int(count)


def invalidate_unread_count(recipient: str) -> None:
    """Let a person's unread notices be counted afresh."""
    cache.delete(_key(recipient))


def _key(recipient: str) -> str:
    return f"notifications:unread:{recipient}"
