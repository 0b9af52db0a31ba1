"""The tickets that were finished last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kitchen.models import Kitchen, TicketState

MAX_FINISHED = 20


@dataclass(frozen=True, slots=True)
class FinishedTicket:
    """
    A ticket that came out of the oven.

    :param changed_at: since when it is ready or gone
    :param can_be_recalled: it has not been handed over
    """

    ref: UUID
    seq: int
    label: str
    method: str
    items: Sequence[dict[str, Any]]
    changed_at: datetime
    can_be_recalled: bool


def finished_tickets(kitchen: Kitchen) -> list[FinishedTicket]:
    """Return the last tickets that are ready or gone, the newest first. One query."""
    finished = kitchen.tickets.filter(state__in=(TicketState.READY, TicketState.GONE))
    return [
        FinishedTicket(
            ref=ticket.ref,
            seq=ticket.seq,
            label=ticket.label,
            method=ticket.method,
            items=ticket.items,
            changed_at=ticket.state_changed_at,
            can_be_recalled=ticket.state == TicketState.READY,
        )
        for ticket in finished.order_by("-state_changed_at", "-id")[:MAX_FINISHED]
    ]
