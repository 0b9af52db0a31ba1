"""
The message relay: publishes stored events after commit, each by the signal of its domain event (`signal`).

An event is claimed in one short transaction (due_at = end of lease), published outside any, and marked in another. If
the worker terminates in between, the event is due again when its lease of a minute ends: delivery is at least once. Two
concurrent relays never claim the same event, nor two events of one aggregate; receivers and tasks are idempotent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _lazy
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent

MAX_ATTEMPTS = 8
BATCH_SIZE = 50
TIME_LIMIT = timedelta(seconds=15)  # well within a task's time limit; the next sweep continues
LEASE = timedelta(minutes=1)  # how long a worker has to publish an event that it claimed
FIRST_DELAY, MAX_DELAY = timedelta(seconds=5), timedelta(minutes=10)
WORKER_TERMINATED = "worker terminated before it reported a result"
TIME_LIMIT_EXCEEDED = "time limit of the task exceeded"

EVENT_DEAD_LETTERED = AlertKind(
    "event_dead_lettered", _lazy("An event (%(type)s) was given up after the last attempt: %(reason)s")
)

log = structlog.get_logger(__name__)


class PublishFailed(Exception):
    """An event could not be published; the message says which receiver failed, and why."""


def relay_due(*, now: Callable[[], datetime], aggregate_ref: UUID | None = None) -> int:
    """
    Publish all due events, or those of one aggregate, until the time limit; return how many were published.

    Claimed events that are left over are released, without counting the attempt.

    :raises BrokerGone: the broker is unavailable
    :raises SoftTimeLimitExceeded: the task's own time limit; it counts as a failed attempt of the event that it met
    """
    published, ends_at = 0, now() + TIME_LIMIT
    while now() < ends_at:
        claimed = claim(at=now(), aggregate_ref=aggregate_ref)
        if not claimed:
            break
        published += _publish_until(ends_at, claimed, now=now)
    return published


def _publish_until(ends_at: datetime, claimed: list[StoredEvent], *, now: Callable[[], datetime]) -> int:
    published = 0
    for position, event in enumerate(claimed):
        if now() >= ends_at:
            release(claimed[position:], at=now())
            break
        try:
            publish(event)
        except BrokerGone:
            release(claimed[position:], at=now())
            raise
        except SoftTimeLimitExceeded:
            release(claimed[position + 1 :], at=now())
            mark_failed(event, TIME_LIMIT_EXCEEDED, at=now())
            raise
        except PublishFailed as error:
            mark_failed(event, str(error), at=now())
        else:
            mark_relayed(event, at=now())
            published += 1
    return published


def claim(*, at: datetime, aggregate_ref: UUID | None = None) -> list[StoredEvent]:
    """
    Claim due events, oldest first; no other worker can claim them until their lease ends.

    Due entries with no attempts left become dead letters.
    """
    whose = {"event__aggregate_ref": aggregate_ref} if aggregate_ref else {}
    with transaction.atomic():
        due = list(
            OutboxEntry.objects.eligible(at)
            .filter(**whose)
            .select_related("event")
            .order_by("event__at", "pk")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:BATCH_SIZE]
        )
        exhausted = [entry for entry in due if entry.attempts >= MAX_ATTEMPTS]
        OutboxEntry.objects.filter(pk__in=[entry.pk for entry in exhausted]).update(
            dead_lettered_at=at, error=WORKER_TERMINATED
        )
        claimed = _batch([entry for entry in due if entry not in exhausted])
        OutboxEntry.objects.filter(pk__in=[entry.pk for entry in claimed]).update(
            attempts=F("attempts") + 1, due_at=at + LEASE
        )
        for entry in exhausted:
            _report_dead_letter(entry.event, WORKER_TERMINATED, at=at)
    return [entry.event for entry in claimed]


def _batch(due: list[OutboxEntry]) -> list[OutboxEntry]:
    """Return the first entries, up to one that was attempted before: that may terminate a worker, so it goes alone."""
    return list(takewhile(lambda entry: not entry.attempts, due)) or due[:1]


def publish(event: StoredEvent) -> None:
    """
    Send an event's signal.

    :raises PublishFailed: a receiver failed, or this release cannot load the event
    :raises BrokerGone: the broker is unavailable
    :raises SoftTimeLimitExceeded: the time limit of the task that runs this
    """
    try:
        domain_event = domain_events.load(event)
    except domain_events.EventUnreadable as unreadable:
        raise PublishFailed(str(unreadable)) from None
    if domain_event.signal is None:
        return
    responses = domain_event.signal.send_robust(sender=type(domain_event), event=event, domain_event=domain_event)
    errors = {receiver: response for receiver, response in responses if isinstance(response, Exception)}
    for error in errors.values():
        if isinstance(error, BrokerGone | SoftTimeLimitExceeded):  # neither is the receiver's own error
            raise error
    if errors:
        raise PublishFailed(
            "; ".join(f"{receiver.__qualname__}: {type(error).__name__}" for receiver, error in errors.items())
        )


def mark_relayed(event: StoredEvent, *, at: datetime) -> None:
    """Mark an event as published."""
    OutboxEntry.objects.filter(pk=event.pk).waiting().update(relayed_at=at, error="")


@transaction.atomic
def mark_failed(event: StoredEvent, reason: str, *, at: datetime) -> None:
    """Schedule the next attempt, after a pause that doubles each time; after the last one, make it a dead letter."""
    entries = OutboxEntry.objects.filter(pk=event.pk).waiting()
    for attempts in entries.values_list("attempts", flat=True):
        is_dead = attempts >= MAX_ATTEMPTS
        pause = backoff_delay(attempts, first=FIRST_DELAY, longest=MAX_DELAY)
        entries.update(error=reason[:200], due_at=at + pause, dead_lettered_at=at if is_dead else None)
        if is_dead:
            _report_dead_letter(event, reason, at=at)


def _report_dead_letter(event: StoredEvent, reason: str, *, at: datetime) -> None:
    log.error("event_dead_lettered", event_id=event.pk, type=event.type, reason=reason)
    raise_alert(EVENT_DEAD_LETTERED, key=str(event.pk), at=at, type=event.type, reason=reason[:200])


def release(events: list[StoredEvent], *, at: datetime) -> None:
    """Undo `claim` for events that were not attempted, or whose attempt failed for a reason that is not theirs."""
    OutboxEntry.objects.filter(pk__in=[event.pk for event in events]).update(
        attempts=F("attempts") - 1, due_at=at + FIRST_DELAY
    )
