"""Receiver of a signal of the kitchen, which is sent inside the transaction of its command."""

from datetime import datetime

from django.dispatch import receiver

from kitchen import signals
from kitchen.models import Ticket
from kitchen.printing import tasks


@receiver(signals.ticket_waiting, dispatch_uid="printing.on_ticket_waiting")
def on_ticket_waiting(*, ticket: Ticket, at: datetime, **_: object) -> None:
    tasks.print_automatically(ticket=ticket, at=at)
