"""`record`: the one way anything enters the event log."""

from datetime import datetime

from django.db import transaction

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events import old_news
from pizzeria.foundation.events.facts import Fact
from pizzeria.foundation.events.models import Aggregate, Event, EventRelay
from pizzeria.foundation.events.nudge import nudge_on_commit
from pizzeria.foundation.events.signals import recorded


def record[N: Aggregate](aggregate: N, *facts: Fact[N], by: Actor, at: datetime) -> list[Event]:
    """
    Let facts happen to a noun: apply each to its row, write row, events and their relays, and say so (`recorded`).

    Locks nothing: the caller holds the noun's row lock, in the transaction in which the facts happen.

    :raises TransactionManagementError: outside a transaction
    :raises IntegrityError: the caller held no lock and somebody else was first
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs into the transaction in which it happens")

    events = []
    for fact in facts:
        aggregate.seq += 1
        fact.apply(aggregate, at)
        events.append(
            Event(
                stream=aggregate.stream,
                aggregate_ref=aggregate.ref,
                seq=aggregate.seq,
                type=fact.type,
                data=fact.model_dump(mode="json"),
                actor=str(by),
                at=at,
            )
        )
    Event.objects.bulk_create(events)
    _put_into_the_outbox(events, facts, at=at)
    aggregate.save(force_update=True)
    recorded.send(sender=type(aggregate), aggregate=aggregate, events=events)
    return events


def _put_into_the_outbox[N: Aggregate](events: list[Event], facts: tuple[Fact[N], ...], *, at: datetime) -> None:
    """Have events told after the commit; what has no news in it, or only old news, counts as told."""
    told = [fact.news is None or old_news.is_told_already() for fact in facts]
    EventRelay.objects.bulk_create(
        EventRelay(event=event, due_at=at, relayed_at=at if is_told else None)
        for event, is_told in zip(events, told, strict=True)
    )
    if not all(told):
        nudge_on_commit(events[0].aggregate_ref)
