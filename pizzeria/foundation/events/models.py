"""
The event log and its outbox.

The log is append-only; an event is written in the transaction in which it happens. Events hold ids, choices, amounts
and times, never personal data or free text, because they are kept for ever.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef

from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet


class Aggregate(models.Model):
    """An aggregate: it has a ref and a stream of events, which are numbered without gaps."""

    stream: ClassVar[str]

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    seq = models.PositiveIntegerField(default=0, editable=False)  # number of its newest event; 0 before the first

    class Meta:
        abstract = True


class StoredEvent(models.Model):
    stream = models.CharField(max_length=16)
    aggregate_ref = models.UUIDField()
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=64)  # "order.placed.v1"
    data = models.JSONField()
    actor = models.CharField(max_length=32)  # a user's id, "guest" or "system"
    at = models.DateTimeField()

    is_exhausted: bool  # annotated by `claims.claim_due`

    class Meta:
        ordering = ["aggregate_ref", "seq"]
        indexes = [
            # The admin's filter by stream; most events are of orders, of which the newest are found without an index.
            models.Index(fields=["stream", "-id"], name="event_by_stream", condition=~models.Q(stream="order")),
        ]
        constraints = [models.UniqueConstraint(fields=["aggregate_ref", "seq"], name="event_once_per_seq")]

    def __str__(self) -> str:
        return f"{self.type} #{self.seq}"


class OutboxEntryQuerySet(LockingQuerySet["OutboxEntry"]):
    def waiting(self) -> Self:
        """Filter entries that have not been relayed and are not dead letters."""
        return self.filter(relayed_at=None, dead_lettered_at=None)

    def eligible(self, at: datetime) -> Self:
        """Filter entries that are due and first of their aggregate: its events are published in their sequence."""
        return self.waiting().filter(~Exists(_earlier()), due_at__lte=at)


def _earlier() -> OutboxEntryQuerySet:
    """Return the waiting entries of the same aggregate that come before the one of the outer query."""
    return OutboxEntry.objects.waiting().filter(
        event__aggregate_ref=OuterRef("event__aggregate_ref"), event__seq__lt=OuterRef("event__seq")
    )


class OutboxEntry(models.Model):
    """An entry of the outbox: whether an event has been published, and the number of attempts."""

    event = models.OneToOneField(StoredEvent, models.PROTECT, primary_key=True, related_name="outbox_entry")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    relayed_at = models.DateTimeField(null=True, blank=True)
    dead_lettered_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True, db_default="")  # error of the last attempt
    discard_reason = models.CharField(max_length=200, blank=True, db_default="")  # why a manager discarded it

    objects = OutboxEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("relay_events", "Can requeue or discard dead letters")]
        verbose_name, verbose_name_plural = "outbox entry", "outbox entries"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_entry_due",
                condition=models.Q(relayed_at=None, dead_lettered_at=None),
            ),
            models.Index(
                fields=["dead_lettered_at"],
                name="outbox_entry_dead",
                condition=models.Q(dead_lettered_at__isnull=False, discard_reason=""),
            ),
            models.Index(fields=["-event"], name="outbox_entry_discarded", condition=~models.Q(discard_reason="")),
        ]

    def __str__(self) -> str:
        return f"outbox entry of {self.event_id}"
