from celery import shared_task

from kitchen import services
from kitchen.models import Kitchen, Ticket
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.tasks import queue_alert_emails


@shared_task
def join_due_tickets() -> None:
    """Move tickets for later whose time has come into the queue, every few seconds; no kitchen is locked for none."""
    at = clock.now()
    for kitchen in Kitchen.objects.filter(tickets__in=Ticket.objects.due_to_join(at)).distinct().order_by("pk"):
        services.join_queue(kitchen=kitchen, by=SYSTEM, at=at)


@shared_task
def recalculate_promises() -> None:
    """Compare every promise with the clock, each minute: a promise is also missed when no cook does anything."""
    for kitchen in Kitchen.objects.order_by("pk"):
        services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=clock.now())
        services.announce_opening(kitchen=kitchen, by=SYSTEM, at=clock.now())


@shared_task
def watch_boards() -> None:
    """Alert managers of tickets that nobody sees, and of a board that is nowhere shown, without the next sweep."""
    raised = [
        services.watch_board(kitchen=kitchen, by=SYSTEM, at=clock.now()) for kitchen in Kitchen.objects.order_by("pk")
    ]
    if any(raised):
        queue_alert_emails()
