"""The refusal of a step for which a ticket is in another state by now, and the sentence on who was first."""

from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.permissions import COOK
from kitchen.services import queue
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.refusals import Refusal


class TicketStateConflict(Refusal):
    """The ticket is in another state by now: another user was first, or the screen is out of date."""

    code = "ticket_state_conflict"


def ticket_for_step(ref: UUID, *states: TicketState, by: Actor, seen_seq: int | None) -> tuple[Kitchen, Ticket]:
    """
    Lock the kitchen of a ticket for a cook's step, and return both.

    :param states: in one of which the step needs the ticket
    :param seen_seq: the ticket's `seq` as the screen showed it; None: any
    :raises NotAllowed: the actor is no cook
    :raises TicketNotFound: there is no such ticket
    :raises TicketStateConflict: the ticket is in another state, or has changed since the screen showed it
    """
    queue.refuse_unless_permitted(by, COOK)
    kitchen = queue.lock_for_ticket(ref)
    return kitchen, ticket_in_state(kitchen, ref, *states, by=by, seen_seq=seen_seq)


def ticket_in_state(kitchen: Kitchen, ref: UUID, *states: TicketState, by: Actor, seen_seq: int | None) -> Ticket:
    """
    Return a ticket of a locked kitchen.

    :param states, seen_seq: as for `ticket_for_step`
    :raises TicketStateConflict: the ticket is in another state, or has changed since the screen showed it
    """
    ticket = kitchen.tickets.get(ref=ref)
    if ticket.state not in states:
        raise TicketStateConflict(f"{_state_sentence(ticket)} {_sentence_on_first_actor(ticket, by)}".strip())
    refuse_if_moved_on(ticket, seen_seq)
    return ticket


def refuse_if_moved_on(ticket: Ticket, seen_seq: int | None) -> None:
    """
    Refuse a step on a ticket that has changed since the screen showed it. Its state has been checked before.

    :param seen_seq: as for `ticket_for_step`
    :raises TicketStateConflict: it has changed
    """
    if seen_seq is not None and seen_seq != ticket.seq:
        changed = _("%(ticket)s has changed since your screen showed it. Please look again.")
        raise TicketStateConflict(changed % {"ticket": ticket.label})


def refuse_unless_ready(*, kitchen: Kitchen, ref: UUID, by: Actor, seen_seq: int) -> None:
    """
    Refuse a step of the orders app unless a ticket is ready, and as the screen showed it.

    :param kitchen: the locked kitchen
    :raises TicketStateConflict: the ticket is not ready, or has changed since the screen showed it
    """
    ticket_in_state(kitchen, ref, TicketState.READY, by=by, seen_seq=seen_seq)


def _state_sentence(ticket: Ticket) -> str:
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
        case TicketState.WITHDRAWN:
            return _("%(ticket)s was cancelled: it is not to be made.") % label
    return _("%(ticket)s is not to be cooked yet.") % label


def _sentence_on_first_actor(ticket: Ticket, by: Actor) -> str:
    if (
        ticket.state in (TicketState.WAITING, TicketState.WITHDRAWN)  # a guest may have withdrawn it: no name
        or not ticket.state_changed_by.isdecimal()
        or ticket.state_changed_by == str(by)
    ):
        return ""
    name = get_user_model().objects.filter(pk=ticket.state_changed_by).values_list("first_name", flat=True).first()
    return _("%(name)s was first.") % {"name": name} if name else ""
