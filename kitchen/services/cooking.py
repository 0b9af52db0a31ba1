"""The cooks' commands: a ticket goes into the oven and comes out. The desk hears of both, in the same transaction."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import signals
from kitchen.models import Kitchen, State, Ticket
from kitchen.permissions import COOK
from kitchen.services import line as on_the_line
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed, Refusal


class TicketMoved(Refusal):
    """The ticket is elsewhere by now: somebody else was first, or this screen is behind."""

    code = "ticket_moved"


class AllPlacesTaken(Refusal):
    code = "all_places_taken"


@command
def start_cooking(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Put a waiting ticket into the oven.

    :param ref: the order's
    :raises TicketMoved: it is not waiting
    :raises AllPlacesTaken: every cooking place is in use
    :raises Kitchen.DoesNotExist: there is no such ticket
    """
    _refuse_unless_cook(by)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != State.WAITING:
        raise TicketMoved(_where_it_is(ticket))
    if not _has_free_place(line):
        raise AllPlacesTaken(_("Every place in the oven is taken. Finish a ticket first."))

    on_the_line.move(ticket, State.COOKING, at=at)
    signals.cooking_started.send(sender=Ticket, line=line, ref=ref, by=by, at=at)
    on_the_line.line_changed(line, at=at)
    return ticket


@command
def finish_ticket(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Take a cooking ticket out of the oven.

    :param ref: the order's
    :raises TicketMoved: it is not cooking
    :raises Kitchen.DoesNotExist: there is no such ticket
    """
    _refuse_unless_cook(by)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != State.COOKING:
        raise TicketMoved(_where_it_is(ticket))

    on_the_line.move(ticket, State.READY, at=at)
    signals.ticket_ready.send(sender=Ticket, line=line, ref=ref, by=by, at=at)
    on_the_line.line_changed(line, at=at)
    return ticket


@command
def recall_ticket(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Put a ready ticket back into the oven; to the head of the waiting while every place is taken.

    :param ref: the order's
    :raises TicketMoved: it is not ready any more, or not yet
    :raises Kitchen.DoesNotExist: there is no such ticket
    """
    _refuse_unless_cook(by)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != State.READY:
        raise TicketMoved(_where_it_is(ticket))

    if _has_free_place(line):
        on_the_line.move(ticket, State.COOKING, at=at)
    else:
        on_the_line.move_to_the_head(ticket, at=at)
    signals.ticket_recalled.send(sender=Ticket, line=line, ref=ref, to=State(ticket.state), by=by, at=at)
    on_the_line.line_changed(line, at=at)
    return ticket


def _has_free_place(line: Kitchen) -> bool:
    return line.tickets.filter(state=State.COOKING).count() < line.cooking_places


def _refuse_unless_cook(by: Actor) -> None:
    if not by.may(COOK):
        raise NotAllowed(_("Only the kitchen can do that."))


def _where_it_is(ticket: Ticket) -> str:
    match ticket.state:
        case State.WAITING:
            return _("%(ticket)s has not been started yet.") % {"ticket": ticket.label}
        case State.COOKING:
            return _("%(ticket)s is in the oven already.") % {"ticket": ticket.label}
        case State.READY:
            return _("%(ticket)s is ready already.") % {"ticket": ticket.label}
        case State.GONE:
            return _("%(ticket)s has been handed over already.") % {"ticket": ticket.label}
    return _("%(ticket)s is not in the line any more.") % {"ticket": ticket.label}
