"""The steps that an actor can still undo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Now

from kitchen import undo
from kitchen.models import Ticket, TicketState
from pizzeria.foundation.actor import Actor

MAX_UNDO_OFFERS = 3  # a cook starts several tickets in a row


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """
    A step that the actor can still undo.

    :param command: the command that undoes it: `undo_step`, `undo_hand_over` or `undo_deliver`
    :param label: of the ticket, "#42"
    :param seconds: how long it can still be undone
    """

    command: Literal["undo_step", "undo_hand_over", "undo_deliver"]
    ref: UUID
    label: str
    seconds: int


def undo_offers(*, by: Actor, at: datetime | None = None) -> list[UndoOffer]:
    """
    Return the actor's steps on tickets that they can still undo, newest first. One query.

    An order may have moved on meanwhile, by a driver who claimed it: then the undo is refused.

    :param at: by the database's clock; None: its current time, read by the same query
    """
    recent = Ticket.objects.annotate(now=Value(at) if at else Now()).filter(
        state_changed_by=str(by), state_changed_at__gt=F("now") - undo.undo_window()
    )
    return [
        UndoOffer(
            "undo_hand_over" if ticket.state == TicketState.GONE else "undo_step",
            ticket.ref,
            ticket.label,
            undo.seconds_left(ticket.state_changed_at, ticket.now),
        )
        for ticket in recent.order_by("-state_changed_at", "-id")[:MAX_UNDO_OFFERS]
        if ticket.can_be_undone(by, ticket.now)
    ]
