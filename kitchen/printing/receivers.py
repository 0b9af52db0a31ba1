"""Receivers of signals of the kitchen, which are sent inside the transaction of its command."""

from datetime import datetime

from django.dispatch import receiver

from kitchen import signals
from kitchen.models import Ticket, TicketChange
from kitchen.printing import tasks


@receiver(signals.ticket_waiting, dispatch_uid="printing.on_ticket_waiting")
def on_ticket_waiting(*, ticket: Ticket, at: datetime, **_: object) -> None:
    tasks.print_automatically(ticket=ticket, at=at)


@receiver(signals.ticket_changed, dispatch_uid="printing.on_ticket_changed")
def on_ticket_changed(*, ticket: Ticket, change: TicketChange, at: datetime, **_: object) -> None:
    if ticket.printed_at is not None and ticket.unacknowledged_change == change:
        tasks.print_change(ticket=ticket, change=change, at=at)
