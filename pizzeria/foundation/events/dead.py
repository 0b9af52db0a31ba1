"""What a manager does about news that could not be told, however often it was tried."""

from datetime import datetime

from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import EventRelay
from pizzeria.foundation.events.nudge import nudge_on_commit
from pizzeria.foundation.refusals import NotAllowed, Refusal

RELAY_EVENTS = Permission("events.relay_events")


class NotDead(Refusal):
    """It has been told, or will be."""

    code = "event_not_dead"


class NoReason(Refusal):
    code = "drop_reason_missing"
    status = 422


@command
def try_again(*, event_id: int, by: Actor, at: datetime) -> EventRelay:
    """
    Have dead news told after all. What happened to the same order since may have been told before it.

    :raises NotDead:
    """
    relay = _dead(event_id, by)
    relay.attempts, relay.due_at, relay.dead_at, relay.dropped_because = 0, at, None, ""
    relay.save()
    nudge_on_commit(relay.event.aggregate_ref)
    return relay


@command
def drop(*, event_id: int, because: str, by: Actor, at: datetime) -> EventRelay:
    """
    Leave dead news untold for good; the event itself stays in the log.

    :raises NotDead, NoReason:
    """
    relay = _dead(event_id, by)
    if not because.strip():
        raise NoReason(_("Please say why nobody needs to be told."), field="because")
    relay.dropped_because = because.strip()[:200]
    relay.save()
    return relay


def _dead(event_id: int, by: Actor) -> EventRelay:
    if not by.may(RELAY_EVENTS):
        raise NotAllowed(_("Only managers can do that."))
    relays = EventRelay.objects.select_related("event").select_for_update(no_key=True, of=("self",))
    relay = relays.get(pk=event_id)
    if relay.dead_at is None:
        raise NotDead(_("That has been told, or will be by itself."))
    return relay
