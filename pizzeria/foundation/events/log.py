"""`record`: the one way anything enters the event log."""

from datetime import datetime

from django.db import transaction

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events import old_news
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import Aggregate, EventRelay, StoredEvent
from pizzeria.foundation.events.nudge import nudge_on_commit
from pizzeria.foundation.events.signals import recorded


def record[N: Aggregate](aggregate: N, *domain_events: DomainEvent[N], by: Actor, at: datetime) -> list[StoredEvent]:
    """
    Let facts happen to a noun: apply each to its row, write row, events and their relays, and say so (`recorded`).

    Locks nothing: the caller holds the noun's row lock, in the transaction in which the facts happen.

    :raises TransactionManagementError: outside a transaction
    :raises IntegrityError: the caller held no lock and somebody else was first
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs into the transaction in which it happens")

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
    _put_into_the_outbox(events, domain_events, at=at)
    aggregate.save(force_update=True)
    recorded.send(sender=type(aggregate), aggregate=aggregate, events=events)
    return events


def _put_into_the_outbox[N: Aggregate](
    events: list[StoredEvent], domain_events: tuple[DomainEvent[N], ...], *, at: datetime
) -> None:
    """Have events told after the commit; what has no news in it, or only old news, counts as told."""
    told = [domain_event.signal is None or old_news.is_told_already() for domain_event in domain_events]
    EventRelay.objects.bulk_create(
        EventRelay(event=event, due_at=at, relayed_at=at if is_told else None)
        for event, is_told in zip(events, told, strict=True)
    )
    if not all(told):
        nudge_on_commit(events[0].aggregate_ref)
