"""
The relay: tells the world outside, after the commit, what the log holds; each event by its fact's signal (`signal`).

An event is taken in a short transaction that moves its due time on, told in none, and marked in another. Who dies in
between leaves it due again a minute later: at least once. Two who relay at the same time never take the same event,
nor two of one noun; receivers and tasks do a thing heard twice once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent

MAX_ATTEMPTS = 8
BATCH_SIZE = 50
TIME_LIMIT = timedelta(seconds=15)  # well within a task's time limit; the next sweep goes on
LEASE = timedelta(minutes=1)  # how long whoever took an event has for telling it
FIRST_DELAY, MAX_DELAY = timedelta(seconds=5), timedelta(minutes=10)

log = structlog.get_logger(__name__)


class PublishFailed(Exception):
    """Somebody who should have heard of an event did not; the message says who, and why."""


def relay_due(*, now: Callable[[], datetime], aggregate_ref: UUID | None = None) -> int:
    """
    Tell all that is due, or all that is due of one noun, for as long as a task may; give how many events were told.

    :raises BrokerGone: what was taken is given back, as if nobody had tried
    """
    published, ends_at = 0, now() + TIME_LIMIT
    while now() < ends_at and (claimed := claim(at=now(), aggregate_ref=aggregate_ref)):
        for position, event in enumerate(claimed):
            try:
                publish(event)
            except BrokerGone:
                release(claimed[position:], at=now())
                raise
            except PublishFailed as error:
                mark_failed(event, str(error), at=now())
            else:
                mark_relayed(event, at=now())
                published += 1
    return published


def claim(*, at: datetime, aggregate_ref: UUID | None = None) -> list[StoredEvent]:
    """Take the events whose turn it is, oldest first; until their lease is over they are due to nobody else."""
    whose = {"event__aggregate_ref": aggregate_ref} if aggregate_ref else {}
    with transaction.atomic():
        due = list(
            OutboxEntry.objects.eligible(at)
            .filter(**whose)
            .select_related("event")
            .order_by("event__at", "pk")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:BATCH_SIZE]
        )
        exhausted = [entry.pk for entry in due if entry.attempts >= MAX_ATTEMPTS]
        OutboxEntry.objects.filter(pk__in=exhausted).update(
            dead_lettered_at=at, error="worker terminated before it reported a result"
        )
        for event_id in exhausted:
            log.error("event_dead_lettered", event_id=event_id, reason="worker terminated before it reported a result")
        claimed = _batch([entry for entry in due if entry.pk not in exhausted])
        OutboxEntry.objects.filter(pk__in=[entry.pk for entry in claimed]).update(
            attempts=F("attempts") + 1, due_at=at + LEASE
        )
    return [entry.event for entry in claimed]


def _batch(due: list[OutboxEntry]) -> list[OutboxEntry]:
    """Choose from the beginning what is told in one go: what may have killed somebody goes alone, taking none along."""
    return list(takewhile(lambda entry: not entry.attempts, due)) or due[:1]


def publish(event: StoredEvent) -> None:
    """
    Send an event's signal.

    :raises NotTold: a receiver failed, or this release knows no such fact
    :raises BrokerGone: nobody could be told anything just now
    """
    try:
        domain_event = domain_events.load(event)
    except (ValueError, LookupError):
        raise PublishFailed(f"{event.type} cannot be read by this release") from None
    if domain_event.signal is None:
        return
    answers = domain_event.signal.send_robust(sender=type(domain_event), event=event, domain_event=domain_event)
    errors = {receiver: answer for receiver, answer in answers if isinstance(answer, Exception)}
    for error in errors.values():
        if isinstance(error, BrokerGone):
            raise error
    if errors:
        raise PublishFailed(
            "; ".join(f"{receiver.__qualname__}: {type(error).__name__}" for receiver, error in errors.items())
        )


def mark_relayed(event: StoredEvent, *, at: datetime) -> None:
    """Note that everybody has been told."""
    OutboxEntry.objects.filter(pk=event.pk).waiting().update(relayed_at=at, error="")


def mark_failed(event: StoredEvent, reason: str, *, at: datetime) -> None:
    """Have it tried again after a pause that doubles each time; the last time leaves it dead, for a manager to see."""
    entries = OutboxEntry.objects.filter(pk=event.pk).waiting()
    for attempts in entries.values_list("attempts", flat=True):
        is_dead = attempts >= MAX_ATTEMPTS
        pause = backoff_delay(attempts, first=FIRST_DELAY, longest=MAX_DELAY)
        entries.update(error=reason[:200], due_at=at + pause, dead_lettered_at=at if is_dead else None)
        if is_dead:
            log.error("event_dead_lettered", event_id=event.pk, type=event.type, reason=reason)


def release(events: list[StoredEvent], *, at: datetime) -> None:
    """Undo `claim`: the broker is gone, which is no fault of these."""
    OutboxEntry.objects.filter(pk__in=[event.pk for event in events]).update(
        attempts=F("attempts") - 1, due_at=at + FIRST_DELAY
    )
