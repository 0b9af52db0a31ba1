"""
Claims of the relay: which events it publishes next, locked and leased to one worker in a single statement.

The first waiting event of an aggregate is claimed with those right after it: up to one that is missing in the sequence,
as it was published before, or another relay has locked it; up to one that was attempted before, or is not due. An event
that was attempted before may terminate its worker: it is claimed alone. The heads that come after it are locked
meanwhile, so that another relay skips them: they wait for the next sweep.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from pizzeria.foundation.events.models import OutboxEntry, StoredEvent

MAX_ATTEMPTS = 8
BATCH_SIZE = 50
LEASE = timedelta(minutes=1)  # how long a worker has to publish an event that it claimed

IS_NEXT = "seq - first_seq = count(*) OVER earlier AND bool_and(attempts = 0 AND due_at <= %(at)s) OVER earlier"

# `head`: the first waiting entries of their aggregates. `batch`: those of them that can be claimed together.
# `following`: the entries after those of the batch, of which `IS_NEXT` finds the ones to be claimed with them.
_CLAIM = """
    WITH head AS (
        SELECT entry.event_id, entry.attempts, event.aggregate_ref, event.seq, event.at
        FROM events_outboxentry entry JOIN events_storedevent event ON event.id = entry.event_id
        WHERE entry.relayed_at IS NULL AND entry.dead_lettered_at IS NULL AND entry.due_at <= %(at)s
            AND {aggregates}
            AND NOT EXISTS (
                SELECT FROM events_storedevent other JOIN events_outboxentry earlier ON earlier.event_id = other.id
                WHERE other.aggregate_ref = event.aggregate_ref AND other.seq < event.seq
                    AND earlier.relayed_at IS NULL AND earlier.dead_lettered_at IS NULL
            )
        ORDER BY event.at, entry.event_id LIMIT %(limit)s FOR UPDATE OF entry SKIP LOCKED
    ), candidate AS (
        SELECT *, row_number() OVER up_to AS position, count(*) FILTER (WHERE attempts > 0) OVER up_to AS attempted
        FROM head WHERE attempts < %(max_attempts)s
        WINDOW up_to AS (ORDER BY at, event_id)
    ), batch AS (
        SELECT * FROM candidate WHERE attempted = 0 OR position = 1
    ), following AS (
        SELECT entry.event_id, entry.attempts, entry.due_at, event.aggregate_ref, event.seq, batch.seq AS first_seq
        FROM batch
            JOIN events_storedevent event ON event.aggregate_ref = batch.aggregate_ref AND event.seq > batch.seq
            JOIN events_outboxentry entry ON entry.event_id = event.id
        WHERE batch.attempts = 0 AND entry.relayed_at IS NULL AND entry.dead_lettered_at IS NULL
        ORDER BY event.aggregate_ref, event.seq LIMIT %(limit)s FOR UPDATE OF entry SKIP LOCKED
    ), next AS (
        SELECT event_id, {is_next} AS is_claimed
        FROM following WINDOW earlier AS (PARTITION BY aggregate_ref ORDER BY seq)
    ), claimed AS (
        UPDATE events_outboxentry SET attempts = attempts + 1, due_at = %(ends_at)s
        WHERE event_id IN (SELECT event_id FROM batch UNION ALL SELECT event_id FROM next WHERE is_claimed)
        RETURNING event_id
    )
    SELECT event.*, batch.position, FALSE AS is_exhausted
    FROM claimed
        JOIN events_storedevent event ON event.id = claimed.event_id
        JOIN batch ON batch.aggregate_ref = event.aggregate_ref
    UNION ALL
    SELECT event.*, 0, TRUE FROM head JOIN events_storedevent event ON event.id = head.event_id
    WHERE head.attempts >= %(max_attempts)s
    ORDER BY position, seq
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """
    Events that a relay has claimed.

    :ivar events: those of the oldest first event first, each aggregate's in their sequence
    :ivar exhausted: due events with no attempts left, which are not claimed
    """

    events: list[StoredEvent]
    exhausted: list[StoredEvent]


def claim_due(*, at: datetime, aggregate_refs: Collection[UUID] | None = None) -> Claim:
    """
    Claim due events, oldest first; no other worker can claim them until their lease ends, nor a later event of their
    aggregates before they are published. One statement.

    :param aggregate_refs: of whose events; None: of all
    """
    rows = StoredEvent.objects.raw(
        _CLAIM.format(
            aggregates="TRUE" if aggregate_refs is None else "event.aggregate_ref = ANY(%(refs)s)", is_next=IS_NEXT
        ),
        {
            "at": at,
            "ends_at": at + LEASE,
            "limit": BATCH_SIZE,
            "max_attempts": MAX_ATTEMPTS,
            "refs": list(aggregate_refs or ()),
        },
    )
    claim = Claim([], [])
    for event in rows:
        (claim.exhausted if event.is_exhausted else claim.events).append(event)
    return claim


def release(events: Collection[StoredEvent], *, at: datetime) -> None:
    """
    Undo `claim_due` for events that were not attempted, or whose attempt failed for a reason that is not theirs.

    :param at: when they are due again
    """
    if events:
        OutboxEntry.objects.filter(pk__in=[event.pk for event in events]).update(attempts=F("attempts") - 1, due_at=at)
