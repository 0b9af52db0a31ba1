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

from orders.models import Notice, NoticeKind, NotificationChannel
from orders.selectors.letters import line_of

CACHE_SECONDS = 30

_ICONS = {
    NoticeKind.PLACED: "note",
    NoticeKind.CONFIRMED: "check",
    NoticeKind.COOKING: "flame",
    NoticeKind.READY: "bell",
    NoticeKind.OUT_FOR_DELIVERY: "bike",
    NoticeKind.DELIVERED: "check",
    NoticeKind.CANCELLED: "close",
    NoticeKind.PROMISE_CHANGED: "clock",
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
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


def notices_of(recipient: str) -> QuerySet[Notice]:
    """
    List what a person has been told on the page, newest first, with what its words are made of.

    :param recipient: as notices name them: a user's id
    """
    shown = Notice.objects.filter(channel=NotificationChannel.IN_APP, recipient=recipient, dismissed_at=None)
    return shown.select_related("event", "order__contact").order_by("-id")


def notice_row(notice: Notice) -> NoticeRow:
    """Picture a notice. No query."""
    line = line_of(notice)
    return NoticeRow(
        ref=notice.order.ref,
        seq=notice.event.seq,
        icon=f"icons/{_ICONS[NoticeKind(notice.kind)]}.html",
        headline=line.headline,
        text=line.text,
        at=notice.event.at,
        url=notice.order.get_absolute_url(),
        is_unread=notice.read_at is None,
    )


def due_after(notice_id: int, *, at: datetime) -> QuerySet[Notice]:
    """List what is due of the same order by the same channel, of later events: it may have waited for this notice."""
    notice = Notice.objects.filter(pk=notice_id)
    same_order = Notice.objects.due(at).filter(order__in=notice.values("order"), channel__in=notice.values("channel"))
    return same_order.filter(event__seq__gt=notice.values("event__seq")).order_by("pk")


def unread_count(recipient: str) -> int:
    """Count what a person has not read yet, as of 30 seconds ago at most. One query, and none while it is cached."""
    count = cache.get(_key(recipient))
    if count is None:
        count = notices_of(recipient).filter(read_at=None).count()
        cache.set(_key(recipient), count, CACHE_SECONDS)
    return int(count)


def invalidate_unread_count(recipient: str) -> None:
    """Let a person's unread notices be counted afresh."""
    cache.delete(_key(recipient))


def _key(recipient: str) -> str:
    return f"notices:unread:{recipient}"
