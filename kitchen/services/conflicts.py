"""Refusals of a step on a ticket that is no longer as the cook's screen shows it."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from kitchen.models import Ticket, TicketState
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.refusals import Refusal


class TicketStateConflict(Refusal):
    """The ticket is in another state by now: another user was first, or the screen is out of date."""

    code = "ticket_state_conflict"


def refuse_if_moved_on(ticket: Ticket, seen_seq: int | None) -> None:
    """
    Refuse a step on a ticket that has changed since the actor's screen showed it. Its state has been checked before.

    :param seen_seq: the `seq` that the screen showed; None: the step is aimed at the ticket, whatever it says by now
    :raises TicketStateConflict: it has changed since
    """
    if seen_seq is not None and ticket.seq != seen_seq:
        raise TicketStateConflict(
            _("%(ticket)s was changed meanwhile. Please look at it again.") % {"ticket": ticket.label}
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
            return _("%(ticket)s is not in the queue any more.") % label
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
