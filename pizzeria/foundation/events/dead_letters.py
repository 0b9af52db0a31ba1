"""Dead letters: a manager's commands for events that could not be published in any of the attempts."""

from datetime import datetime

from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.permissions import RELAY_EVENTS
from pizzeria.foundation.events.wakeup import wake_relay_on_commit
from pizzeria.foundation.refusals import NotAllowed, Refusal


class NotDeadLettered(Refusal):
    """The event is no dead letter: it has been published, or will be."""

    code = "event_not_dead_lettered"


class DiscardReasonMissing(Refusal):
    code = "discard_reason_missing"
    status = 422


@command
def requeue(*, event_id: int, by: Actor, at: datetime) -> OutboxEntry:
    """
    Queue a dead letter for publishing again. Later events of the same aggregate may have been published before it.

    :raises NotDeadLettered: it has been published, or will be
    """
    entry = _lock_dead_letter(event_id, by)
    entry.attempts, entry.due_at, entry.dead_lettered_at, entry.discard_reason = 0, at, None, ""
    entry.save()
    wake_relay_on_commit(entry.event.aggregate_ref)
    return entry


@command
def discard(*, event_id: int, reason: str, by: Actor, at: datetime) -> OutboxEntry:
    """
    Discard a dead letter: it is never published, but the event itself stays in the log.

    :raises NotDeadLettered: it has been published, or will be
    :raises DiscardReasonMissing: `reason` is blank
    """
    entry = _lock_dead_letter(event_id, by)
    if not reason.strip():
        raise DiscardReasonMissing(_("Please give a reason for discarding it."), field="reason")
    entry.discard_reason = reason.strip()[:200]
    entry.save()
    return entry


def _lock_dead_letter(event_id: int, by: Actor) -> OutboxEntry:
    if not by.may(RELAY_EVENTS):
        raise NotAllowed(_("Only managers can do that."))
    entries = OutboxEntry.objects.select_related("event").for_update()
    entry = entries.get(pk=event_id)
    if entry.dead_lettered_at is None:
        raise NotDeadLettered(_("This event has been published, or is still being retried."))
    return entry
