"""The cooks' commands: a ticket goes into the oven and comes out. The desk hears of both, in the same transaction."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from kitchen import signals
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.permissions import COOK
from kitchen.services import line as on_the_line
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal


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
    on_the_line.refuse_unless_kitchen(by, COOK)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != TicketState.WAITING:
        raise TicketMoved(_where_it_is(ticket, by))
    if not _has_free_place(line):
        raise AllPlacesTaken(_("Every place in the oven is taken. Finish a ticket first."))

    on_the_line.move(ticket, TicketState.COOKING, by=by, at=at)
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
    on_the_line.refuse_unless_kitchen(by, COOK)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != TicketState.COOKING:
        raise TicketMoved(_where_it_is(ticket, by))

    on_the_line.move(ticket, TicketState.READY, by=by, at=at)
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
    on_the_line.refuse_unless_kitchen(by, COOK)
    line = on_the_line.lock_for_ticket(ref)
    ticket = line.tickets.get(ref=ref)
    if ticket.state != TicketState.READY:
        raise TicketMoved(_where_it_is(ticket, by))

    if _has_free_place(line):
        on_the_line.move(ticket, TicketState.COOKING, by=by, at=at)
    else:
        on_the_line.move_to_the_head(ticket, by=by, at=at)
    signals.ticket_recalled.send(sender=Ticket, line=line, ref=ref, to=TicketState(ticket.state), by=by, at=at)
    on_the_line.line_changed(line, at=at)
    return ticket


def _has_free_place(line: Kitchen) -> bool:
    return line.tickets.filter(state=TicketState.COOKING).count() < line.cooking_places


def _where_it_is(ticket: Ticket, by: Actor) -> str:
    """Say where a ticket is by now, and who was quicker than whoever asks."""
    return f"{_its_state(ticket)} {_who_was_first(ticket, by)}".strip()


def _its_state(ticket: Ticket) -> str:
    label = {"ticket": ticket.label}
    match ticket.state:
        case TicketState.WAITING:
            return _("%(ticket)s has not been started yet.") % label
        case TicketState.COOKING:
            return _("%(ticket)s is in the oven already.") % label
        case TicketState.READY:
            return _("%(ticket)s is ready already.") % label
        case TicketState.GONE:
            return _("%(ticket)s has been handed over already.") % label
    return _("%(ticket)s is not in the line any more.") % label


def _who_was_first(ticket: Ticket, by: Actor) -> str:
    if ticket.state == TicketState.WAITING or not ticket.moved_by.isdecimal() or ticket.moved_by == str(by):
        return ""
    name = get_user_model().objects.filter(pk=ticket.moved_by).values_list("first_name", flat=True).first()
    return _("%(name)s was first.") % {"name": name} if name else ""
