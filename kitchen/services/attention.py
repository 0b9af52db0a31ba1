"""
What must reach a cook: a new ticket until it is seen, and a change of one that is worked on until it is acknowledged.

Each command takes `seen_seq=`, the ticket's `seq` on the screen where the cook tapped; with `idempotency=`, the same
request sent again returns the ticket as it is then.
"""

from datetime import datetime
from uuid import UUID

from kitchen import signals
from kitchen.models import ON_BOARD, Kitchen, Ticket, TicketChange
from kitchen.permissions import COOK
from kitchen.selectors import ticket_by_ref
from kitchen.services import queue
from kitchen.services.conflicts import TicketStateConflict, describe_state, refuse_if_moved_on
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest


@command(replay=ticket_by_ref)
def mark_seen(
    *,
    ref: UUID,
    seen_seq: int | None = None,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Ticket:
    """
    Mark a new ticket as seen, which ends its sound on every screen. One that is seen already stays as it is.

    The board has a new version, but the ticket keeps its `seq`: it says what it said before, and a step that another
    cook aims at it meanwhile is as good as it was.

    :param ref: the order's ref
    :raises TicketStateConflict: it is not on the board, or was changed since the cook has read it
    :raises TicketNotFound: there is no such ticket
    """
    queue.refuse_unless_permitted(by, COOK)
    kitchen = queue.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    if ticket.seen_at is not None:
        return ticket
    if ticket.state not in ON_BOARD:
        raise TicketStateConflict(describe_state(ticket, by))
    refuse_if_moved_on(ticket, seen_seq)

    queue.note_seen(ticket, by=by, at=at)
    ticket.save(update_fields=["seen_at", "seen_by"])
    queue.bump_board_version(kitchen)
    return ticket


@command(replay=ticket_by_ref)
def acknowledge_change(
    *,
    ref: UUID,
    seen_seq: int | None = None,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Ticket:
    """
    Acknowledge that a ticket was cancelled or changed while it was worked on: a cancelled one leaves the board.

    Nothing happens if there is nothing to acknowledge, or not any more.

    :param ref: the order's ref
    :raises TicketStateConflict: it was changed once more since the cook has read it
    :raises TicketNotFound: there is no such ticket
    """
    queue.refuse_unless_permitted(by, COOK)
    kitchen = queue.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    if not ticket.unacknowledged_change:
        return ticket
    refuse_if_moved_on(ticket, seen_seq)

    ticket.unacknowledged_change = ""
    ticket.seq += 1
    ticket.save(update_fields=["unacknowledged_change", "seq"])
    queue.bump_board_version(kitchen)
    return ticket


def change_ticket_notes(*, kitchen: Kitchen, ref: UUID, notes: str, allergies: str, at: datetime) -> None:
    """
    Change what a ticket says beside what to make. One that is worked on turns until a cook has acknowledged it.

    The orders app has checked that the order is still in the shop.

    :param kitchen: the locked kitchen
    """
    ticket = kitchen.tickets.get(ref=ref)
    ticket.notes, ticket.allergies = notes, allergies
    if ticket.is_worked_on:
        ticket.unacknowledged_change = TicketChange.CHANGED
    ticket.seq += 1
    ticket.save(update_fields=["notes", "allergies", "unacknowledged_change", "seq"])
    signals.ticket_changed.send(sender=Ticket, kitchen=kitchen, ticket=ticket, change=TicketChange.CHANGED, at=at)
    queue.bump_board_version(kitchen)


def note_printed(*, kitchen: Kitchen, ref: UUID, at: datetime) -> None:
    """
    Note that a ticket is on paper, or is just being printed: from now on a cook may read it there.

    :param kitchen: the locked kitchen
    """
    kitchen.tickets.filter(ref=ref, printed_at=None).update(printed_at=at)


def note_not_printed(*, kitchen: Kitchen, ref: UUID) -> None:
    """
    Note that a ticket is not on paper after all.

    :param kitchen: the locked kitchen
    """
    kitchen.tickets.filter(ref=ref).update(printed_at=None)
