"""
The cooks' commands for a waiting ticket: putting it on hold, and before the others. The orders app hears none of them.

With `idempotency=`, the same request sent again returns the ticket as it is then.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.selectors import ticket_by_ref
from kitchen.services import queue
from kitchen.services.conflicts import TicketStateConflict, ticket_for_step
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest


@command(replay=ticket_by_ref)
def hold_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Put a waiting ticket aside: it keeps its place in the queue, and is not started before it is resumed.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not waiting, is on hold already, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.WAITING, by=by, seen_seq=seen_seq)
    if ticket.on_hold_since:
        raise TicketStateConflict(_("%(ticket)s is on hold already.") % {"ticket": ticket.label})
    queue.note_seen(ticket, by=by, at=at)
    ticket.on_hold_since = at
    return _save(kitchen, ticket, at=at)


@command(replay=ticket_by_ref)
def resume_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Let a ticket that is on hold be started again.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not waiting, is not on hold, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.WAITING, by=by, seen_seq=seen_seq)
    if not ticket.on_hold_since:
        raise TicketStateConflict(_("%(ticket)s is not on hold.") % {"ticket": ticket.label})
    ticket.on_hold_since = None
    return _save(kitchen, ticket, at=at)


@command(replay=ticket_by_ref)
def prioritize_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Put a waiting ticket before the others, whatever is due.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not waiting, comes first already, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.WAITING, by=by, seen_seq=seen_seq)
    if ticket.is_priority:
        raise TicketStateConflict(_("%(ticket)s comes first already.") % {"ticket": ticket.label})
    queue.note_seen(ticket, by=by, at=at)
    ticket.is_priority = True
    return _save(kitchen, ticket, at=at)


@command(replay=ticket_by_ref)
def deprioritize_ticket(
    *, ref: UUID, by: Actor, at: datetime, seen_seq: int | None = None, idempotency: IdempotentRequest | None = None
) -> Ticket:
    """
    Put a ticket that came first back to the place at which it is due.

    :param ref: the order's ref
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises TicketStateConflict: it is not waiting, does not come first, or has changed since the screen showed it
    :raises TicketNotFound: there is no such ticket
    """
    kitchen, ticket = ticket_for_step(ref, TicketState.WAITING, by=by, seen_seq=seen_seq)
    if not ticket.is_priority:
        raise TicketStateConflict(_("%(ticket)s is at its place already.") % {"ticket": ticket.label})
    ticket.is_priority = False
    return _save(kitchen, ticket, at=at)


def _save(kitchen: Kitchen, ticket: Ticket, *, at: datetime) -> Ticket:
    ticket.seq += 1
    ticket.save(update_fields=["seq", "on_hold_since", "is_priority", "seen_at", "seen_by"])
    queue.send_board_and_promises(kitchen, at=at)
    return ticket
