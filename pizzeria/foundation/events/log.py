"""`record`: the only function that writes to the event log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events import backfill
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import Aggregate, OutboxEntry, StoredEvent
from pizzeria.foundation.events.signals import recorded
from pizzeria.foundation.events.wakeup import wake_relay_on_commit


def record[N: Aggregate](aggregate: N, *domain_events: DomainEvent[N], by: Actor, at: datetime) -> list[StoredEvent]:
    """
    Record domain events of an aggregate and return the stored events.

    Apply each to the aggregate's row; write the stored events with their outbox entries, and the row, in two
    statements; send `recorded`. Locks nothing: the caller holds the aggregate's row lock, in the transaction in which
    the events happen.

    :param aggregate: one that is not saved yet is inserted, with its first events applied
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
    skipped = [domain_event.signal is None or backfill.is_backfilling() for domain_event in domain_events]
    _store(events, relayed=[event for event, skip in zip(events, skipped, strict=True) if skip])
    aggregate.save(force_insert=aggregate._state.adding, force_update=not aggregate._state.adding)
    if not all(skipped):
        wake_relay_on_commit(aggregate.ref)
    recorded.send(sender=type(aggregate), aggregate=aggregate, events=events)
    return events


def _store(events: Sequence[StoredEvent], *, relayed: Sequence[StoredEvent]) -> None:
    """
    Insert events with their outbox entries, due at once, in one statement; set the events' primary keys.

    :param relayed: those that are not to be published: without a signal, or backfilled
    """
    if not events:
        return
    fields = [field for field in StoredEvent._meta.concrete_fields if not field.primary_key]
    row = f"({', '.join(['%s'] * len(fields))})"
    statement = f"""
        WITH stored AS (
            INSERT INTO {_table(StoredEvent)} ({_columns(fields)}) VALUES {", ".join([row] * len(events))}
            RETURNING id, seq, at
        ), entries AS (
            INSERT INTO {_table(OutboxEntry)} (event_id, attempts, due_at, relayed_at)
            SELECT id, 0, at, CASE WHEN seq = ANY(%s) THEN at END FROM stored
        )
        SELECT id FROM stored ORDER BY seq
    """  # noqa: S608 - names of the models' tables and columns only
    values: list[Any] = [
        field.get_db_prep_save(getattr(event, field.attname), connection) for event in events for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, [event.seq for event in relayed]])
        keys = [key for (key,) in cursor.fetchall()]
    for event, key in zip(events, keys, strict=True):
        event.pk = key
        event._state.adding, event._state.db = False, connection.alias


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(fields: "Sequence[Field[Any, Any]]") -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
