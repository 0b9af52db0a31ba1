"""
The cooks' commands: start, finish, undo, recall. The orders app receives each in the same transaction.

With `idempotency=`, the same request sent again returns the ticket as it is then.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import signals
from kitchen.exceptions import TooLateToUndo
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.permissions import COOK
from kitchen.selectors import ticket_by_ref
from kitchen.services import queue
from kitchen.services.conflicts import TicketStateConflict, ticket_for_step
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal


class OvenSlotsTaken(Refusal):
    code = "oven_slots_taken"


@command(replay=ticket_by_ref)
def start_cooking(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Put a waiting ticket into the oven, or one that is scheduled for later: a cook may begin early.

    The cook who does has seen it.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is neither waiting nor scheduled, is on hold, or has changed since it was shown
    :raises OvenSlotsTaken: every oven slot is in use
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.WAITING, TicketState.SCHEDULED, by=by, seen_seq=seen_seq)
    if ticket.on_hold_since:
        raise TicketStateConflict(_("%(ticket)s is on hold. Resume it first.") % {"ticket": ticket.label})
    if not _has_free_oven_slot(kitchen):
        raise OvenSlotsTaken(_("Every oven slot is taken. Finish a ticket first."))

    queue.note_seen(ticket, by=by, at=at)
    if ticket.state == TicketState.SCHEDULED:  # it never waited; if the start is undone, it is for later again
        signals.ticket_waiting.send(sender=Ticket, kitchen=kitchen, ticket=ticket, at=at)
    queue.set_state(ticket, TicketState.COOKING, by=by, at=at)
    signals.cooking_started.send(sender=Ticket, kitchen=kitchen, ref=ref, by=by, at=at)
    queue.send_board_and_promises(kitchen, at=at)
    return ticket


@command(replay=ticket_by_ref)
def finish_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Take a cooking ticket out of the oven.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not cooking, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.COOKING, by=by, seen_seq=seen_seq)

    ticket.is_priority = False  # not at its start, which may be undone
    queue.set_state(ticket, TicketState.READY, by=by, at=at)
    signals.ticket_ready.send(sender=Ticket, kitchen=kitchen, ref=ref, by=by, at=at)
    queue.send_board_and_promises(kitchen, at=at)
    return ticket


@command(replay=ticket_by_ref)
def recall_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Put a ready ticket back into the oven, or at the head of the waiting tickets if every oven slot is taken.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not ready any more, or not yet, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.READY, by=by, seen_seq=seen_seq)

    if _has_free_oven_slot(kitchen):
        queue.set_state(ticket, TicketState.COOKING, by=by, at=at)
    else:
        queue.return_to_head(ticket, by=by, at=at)
    signals.ticket_recalled.send(sender=Ticket, kitchen=kitchen, ref=ref, to=TicketState(ticket.state), by=by, at=at)
    queue.send_board_and_promises(kitchen, at=at)
    return ticket


@command
def undo_step(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Undo the actor's own start or finish of a ticket, within `undo_window`: the ticket is as it was before the step.

    :param ref: the order's ref
    :param at: by the database's clock (`clock.database_now`), as that of the step
    :raises TooLateToUndo: it was not the last step, not the actor's, or too long ago
    :raises OvenSlotsTaken: a finished ticket would cook again, and every oven slot is in use by now
    :raises TicketNotFound: there is no such ticket
    """
    waited = clock.stopwatch()
    queue.refuse_unless_permitted(by, COOK)
    kitchen = queue.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    at += waited()
    _refuse_unless_undoable(ticket, by=by, at=at)
    if ticket.previous_state == TicketState.COOKING and not _has_free_oven_slot(kitchen):
        raise OvenSlotsTaken(_("Every oven slot is taken by now. Recall it instead."))

    queue.restore_previous_state(ticket)
    signals.step_undone.send(sender=Ticket, kitchen=kitchen, ref=ref, to=TicketState(ticket.state), by=by, at=at)
    queue.send_board_and_promises(kitchen, at=at)
    return ticket


def _refuse_unless_undoable(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    label = {"ticket": ticket.label}
    if ticket.state == TicketState.GONE or not ticket.has_undoable_step:
        raise TooLateToUndo(_("%(ticket)s has moved on, so that cannot be undone.") % label)
    if ticket.state_changed_by != str(by):
        raise TooLateToUndo(_("Another cook did that to %(ticket)s, so you cannot undo it.") % label)
    if not ticket.can_be_undone(by, at):
        raise TooLateToUndo(_("It is too late to undo that for %(ticket)s.") % label)


def _has_free_oven_slot(kitchen: Kitchen) -> bool:
    return kitchen.tickets.filter(state=TicketState.COOKING).count() < kitchen.oven_slots
