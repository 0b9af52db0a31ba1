"""`record`: the only function that writes to the event log."""

from datetime import datetime

from django.db import transaction

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events import backfill
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import Aggregate, OutboxEntry, StoredEvent
from pizzeria.foundation.events.signals import recorded
from pizzeria.foundation.events.wakeup import wake_relay_on_commit


def record[N: Aggregate](aggregate: N, *domain_events: DomainEvent[N], by: Actor, at: datetime) -> list[StoredEvent]:
    """
    Record domain events of an aggregate and return the stored events.

    Apply each to the aggregate's row; write the row, the stored events and their outbox entries; send `recorded`.
    Locks nothing: the caller holds the aggregate's row lock, in the transaction in which the events happen.

    :raises TransactionManagementError: outside a transaction
    :raises IntegrityError: the caller held no lock and another transaction was first
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() must be called inside the command's transaction")

    events = []
    for domain_event in domain_events:
        aggregate.seq += 1
        domain_event.apply(aggregate, at)
        events.append(
            StoredEvent(
                stream=aggregate.stream,
                aggregate_ref=aggregate.ref,
                seq=aggregate.seq,
                type=domain_event.type,
                data=domain_event.model_dump(mode="json"),
                actor=str(by),
                at=at,
            )
        )
    StoredEvent.objects.bulk_create(events)
    _add_to_outbox(events, domain_events, at=at)
    aggregate.save(force_update=True)
    recorded.send(sender=type(aggregate), aggregate=aggregate, events=events)
    return events


def _add_to_outbox[N: Aggregate](
    events: list[StoredEvent], domain_events: tuple[DomainEvent[N], ...], *, at: datetime
) -> None:
    """Add events to the outbox, for publishing after commit; those without a signal or backfilled count as relayed."""
    skipped = [domain_event.signal is None or backfill.is_backfilling() for domain_event in domain_events]
    OutboxEntry.objects.bulk_create(
        OutboxEntry(event=event, due_at=at, relayed_at=at if skip else None)
        for event, skip in zip(events, skipped, strict=True)
    )
    if not all(skipped):
        wake_relay_on_commit(events[0].aggregate_ref)
