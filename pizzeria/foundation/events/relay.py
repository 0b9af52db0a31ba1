"""
The message relay: publishes stored events after commit, each by the signal of its domain event (`signal`).

An event is claimed in one short transaction (due_at = end of lease), published outside any, and marked in another. If
the worker terminates in between, the event is due again when its lease of a minute ends: delivery is at least once. Two
concurrent relays never claim the same event, nor two events of one aggregate; receivers and tasks are idempotent.

Events are claimed in batches. The first waiting event of an aggregate is claimed with those that follow it, to be
published one after another; if one fails, those that follow it are released.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils.translation import gettext_lazy as _lazy
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.events import claims, domain_events
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.claims import MAX_ATTEMPTS
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent

MARKED_TOGETHER = 10  # so many published events at most are published again if the worker is terminated
TIME_LIMIT = timedelta(seconds=15)  # well within a task's time limit; the next sweep continues
FIRST_DELAY, MAX_DELAY = timedelta(seconds=5), timedelta(minutes=10)
WORKER_TERMINATED = "worker terminated before it reported a result"
TIME_LIMIT_EXCEEDED = "time limit of the task exceeded"

EVENT_DEAD_LETTERED = AlertKind(
    "event_dead_lettered", _lazy("An event (%(type)s) was given up after the last attempt: %(reason)s")
)

log = structlog.get_logger(__name__)


class PublishFailed(Exception):
    """An event could not be published; the message says which receiver failed, and why."""


def relay_due(*, now: Callable[[], datetime], aggregate_refs: Collection[UUID] | None = None) -> int:
    """
    Publish all due events, or those of some aggregates, until the time limit; return how many were published.

    Claimed events that are left over are released, without counting the attempt.

    :raises BrokerGone: the broker is unavailable
    :raises SoftTimeLimitExceeded: the task's own time limit; it counts as a failed attempt of the event that it met
    """
    published, ends_at = 0, now() + TIME_LIMIT
    while now() < ends_at:
        claimed = claim(at=now(), aggregate_refs=aggregate_refs)
        if not claimed:
            break
        published += _publish_until(ends_at, claimed, now=now)
    return published


def _publish_until(ends_at: datetime, claimed: Sequence[StoredEvent], *, now: Callable[[], datetime]) -> int:
    batch = RelayBatch(claimed)
    published: list[StoredEvent] = []
    failed: set[UUID] = set()  # refs of aggregates
    marked = 0
    try:
        for position, event in enumerate(claimed):
            if event.aggregate_ref in failed:
                continue
            if now() >= ends_at:
                claims.release(claimed[position:], at=now() + FIRST_DELAY)
                break
            try:
                publish(event, batch)
            except BrokerGone:
                claims.release(claimed[position:], at=now() + FIRST_DELAY)
                raise
            except SoftTimeLimitExceeded:
                claims.release(claimed[position + 1 :], at=now() + FIRST_DELAY)
                mark_failed(event, TIME_LIMIT_EXCEEDED, at=now())
                raise
            except PublishFailed as error:
                failed.add(event.aggregate_ref)
                later = claimed[position + 1 :]
                claims.release([each for each in later if each.aggregate_ref == event.aggregate_ref], at=now())
                mark_failed(event, str(error), at=now())
            else:
                published.append(event)
            if len(published) - marked >= MARKED_TOGETHER:
                mark_relayed(published[marked:], at=now())
                marked = len(published)
    finally:
        mark_relayed(published[marked:], at=now())
    return len(published)


def claim(*, at: datetime, aggregate_refs: Collection[UUID] | None = None) -> list[StoredEvent]:
    """
    Claim due events, all or those of some aggregates: see `claim_due`.

    Due entries with no attempts left become dead letters.
    """
    claimed = claims.claim_due(at=at, aggregate_refs=aggregate_refs)
    for event in claimed.exhausted:
        _give_up(event, at=at)
    return claimed.events


@transaction.atomic
def _give_up(event: StoredEvent, *, at: datetime) -> None:
    """Dead-letter an event that has no attempts left, unless another relay has done so."""
    exhausted = OutboxEntry.objects.filter(pk=event.pk, attempts__gte=MAX_ATTEMPTS, due_at__lte=at).waiting()
    if exhausted.update(dead_lettered_at=at, error=WORKER_TERMINATED):
        _report_dead_letter(event, WORKER_TERMINATED, at=at)


def publish(event: StoredEvent, batch: RelayBatch) -> None:
    """
    Send an event's signal.

    :param batch: the batch in which it was claimed
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
    responses = domain_event.signal.send_robust(
        sender=type(domain_event), event=event, domain_event=domain_event, batch=batch
    )
    errors = {receiver: response for receiver, response in responses if isinstance(response, Exception)}
    for error in errors.values():
        if isinstance(error, BrokerGone | SoftTimeLimitExceeded):  # neither is the receiver's own error
            raise error
    if errors:
        raise PublishFailed(
            "; ".join(f"{receiver.__qualname__}: {type(error).__name__}" for receiver, error in errors.items())
        )


def mark_relayed(events: Sequence[StoredEvent], *, at: datetime) -> None:
    """Mark events as published. One statement, if there are any."""
    if events:
        OutboxEntry.objects.filter(pk__in=[event.pk for event in events]).waiting().update(relayed_at=at, error="")


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
