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
    ticket = kitchen.tickets.get(ref=ref)
    if ticket.state not in states:
        raise TicketStateConflict(describe_state(ticket, by))
    refuse_if_moved_on(ticket, seen_seq)
    return kitchen, ticket


def refuse_unless_ready(*, kitchen: Kitchen, ref: UUID, by: Actor, seen_seq: int) -> None:
    """
    Refuse a step of the orders app unless a ticket is ready, and as the screen showed it.

    :param kitchen: the locked kitchen
    :raises TicketStateConflict: the ticket is not ready, or has changed since the screen showed it
    """
    ticket = kitchen.tickets.get(ref=ref)
    if ticket.state != TicketState.READY:
        raise TicketStateConflict(describe_state(ticket, by))
    refuse_if_moved_on(ticket, seen_seq)


def refuse_if_moved_on(ticket: Ticket, seen_seq: int | None) -> None:
    """
    Refuse a step on a ticket that has changed since the actor's screen showed it. Its state has been checked before.

    :param seen_seq: the `seq` that the screen showed; None: the step is aimed at the ticket, whatever it says by now
    :raises TicketStateConflict: it has changed since
    """
    if seen_seq is not None and ticket.seq != seen_seq:
        raise TicketStateConflict(
            _("%(ticket)s was changed meanwhile. Please read it again.") % {"ticket": ticket.label}
        )


def describe_state(ticket: Ticket, by: Actor) -> str:
    """Return a sentence on a ticket's state, and on the other user who last changed it."""
    return f"{_state_sentence(ticket)} {_sentence_on_first_actor(ticket, by)}".strip()


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
