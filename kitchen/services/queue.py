"""
Changes to the queue, each within a command's transaction that holds the kitchen's lock: states of tickets, the board's
version, and the promises as they are now.

The kitchen is locked after baskets and before orders; tickets are written only under its lock.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import promises, signals
from kitchen.exceptions import TicketNotFound, TooLateToUndo
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.permissions import CHANGE_CAPACITY
from kitchen.promises import Promise
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.shop.selectors import ShopSnapshot, current_shop

_STATE_FIELDS = (
    "seq",
    "state",
    "state_changed_at",
    "state_changed_by",
    "previous_state",
    "previous_state_changed_at",
    "previous_state_changed_by",
    "started_at",
    "is_priority",
)
_ATTENTION_FIELDS = ("seen_at", "seen_by", "unacknowledged_change")


def refuse_unless_permitted(by: Actor, permission: Permission) -> None:
    """
    Refuse an actor without a permission of the kitchen.

    :raises NotAllowed: the actor lacks the permission
    """
    if not by.may(permission):
        raise NotAllowed(_("Only the kitchen can do that."))


def lock_for_settings(kitchen: Kitchen, *, by: Actor) -> Kitchen:
    """
    Lock the kitchen for a change of its settings until the transaction ends, and return it.

    :raises NotAllowed: the actor is not a manager
    """
    if not by.may(CHANGE_CAPACITY):
        raise NotAllowed(_("Only managers can do that."))
    return Kitchen.objects.for_update().get(pk=kitchen.pk)


def lock_for_ticket(ref: UUID) -> Kitchen:
    """
    Lock the kitchen that a ticket belongs to until the transaction ends, and return it.

    :param ref: the order's ref
    :raises TicketNotFound: there is no such ticket
    """
    try:
        return Kitchen.objects.for_update().get(tickets__ref=ref)
    except Kitchen.DoesNotExist as missing:
        raise TicketNotFound(_("There is no such ticket.")) from missing


def set_state(ticket: Ticket, state: TicketState, *, by: Actor, at: datetime) -> None:
    """Change the state of a ticket, and save it with its due time, which the caller may have changed."""
    ticket.seq += 1
    ticket.previous_state, ticket.previous_state_changed_at = ticket.state, ticket.state_changed_at
    ticket.previous_state_changed_by = ticket.state_changed_by
    ticket.state, ticket.state_changed_at, ticket.state_changed_by = state, at, str(by)
    if state == TicketState.COOKING:
        ticket.started_at = at
    ticket.save(update_fields=[*_STATE_FIELDS, "due_at", *_ATTENTION_FIELDS])


def note_seen(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Note, without saving it, that a cook has seen a ticket; the first one is kept."""
    if ticket.seen_at is None:
        ticket.seen_at, ticket.seen_by = at, str(by)


def restore_previous_state(ticket: Ticket) -> None:
    """
    Undo the last `set_state` of a ticket: its state is the one before, since when and by whom it was. No redo.

    :raises TooLateToUndo: its last step cannot be undone
    """
    if not ticket.has_undoable_step or ticket.previous_state_changed_at is None:
        raise TooLateToUndo(_("%(ticket)s has moved on, so that cannot be undone.") % {"ticket": ticket.label})
    ticket.seq += 1
    ticket.state, ticket.state_changed_at = ticket.previous_state, ticket.previous_state_changed_at
    ticket.state_changed_by = ticket.previous_state_changed_by
    ticket.previous_state, ticket.previous_state_changed_at, ticket.previous_state_changed_by = "", None, ""
    if ticket.state in (TicketState.WAITING, TicketState.SCHEDULED):
        ticket.started_at = None
    ticket.save(update_fields=[*_STATE_FIELDS])


def return_to_head(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Put a ticket back among the waiting ones, before all that are due by their time."""
    ticket.is_priority = True
    ticket.started_at = None
    set_state(ticket, TicketState.WAITING, by=by, at=at)


def send_if_waiting(ticket: Ticket, *, at: datetime) -> None:
    """Send `ticket_waiting` for a ticket that has just been booked, paid for, or joined the queue, if it waits now."""
    if ticket.state == TicketState.WAITING:
        signals.ticket_waiting.send(sender=Ticket, kitchen=ticket.kitchen, ticket=ticket, at=at)


def send_board_and_promises(kitchen: Kitchen, *, at: datetime) -> None:
    """Increment the board's version, and send the promises of the tickets as they are now."""
    bump_board_version(kitchen)
    send_promises(kitchen, at=at)


def send_promises(kitchen: Kitchen, *, at: datetime) -> None:
    """Send `promises_changed` with the current promise of every ticket that is not on its way yet."""
    tickets = list(Ticket.objects.filter(kitchen=kitchen).with_open_promise())
    times = promises.ready_times(tickets, oven_slots=kitchen.oven_slots, at=at)
    shop = current_shop()
    current_promises = {ticket.ref: current_promise(ticket, times[ticket.ref], shop=shop) for ticket in tickets}
    signals.promises_changed.send(sender=Kitchen, kitchen=kitchen, promises=current_promises, at=at)


def current_promise(ticket: Ticket, ready_at: datetime, *, shop: ShopSnapshot) -> Promise:
    """Return what could be promised for a ticket now: one for later is not handed over before its time."""
    if ticket.slot_at is not None:
        ready_at = max(ready_at, ticket.due_at)
    method = FulfillmentMethod(ticket.method)
    return promises.promise(ready_at, method=method, shop=shop, driving_minutes=ticket.driving_minutes)


def bump_board_version(kitchen: Kitchen) -> None:
    """
    Increment the board's version, by which screens notice that they are out of date.

    Saves the day's last number as well, which the caller may have assigned.
    """
    kitchen.version += 1
    kitchen.save(update_fields=["version", "last_number_date", "last_number"])
    signals.board_changed.send(sender=Kitchen, kitchen=kitchen)
