"""Tickets for later join the queue once their time has come: by a periodic task, or by the next order."""

from datetime import datetime

from kitchen.models import Kitchen, TicketState
from kitchen.services import queue
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command


def join_due_tickets(kitchen: Kitchen, *, by: Actor, at: datetime) -> bool:
    """
    Move the scheduled tickets whose time has come into the queue, also if it is full; return whether there were any.

    The caller sends the board and the promises.

    :param kitchen: the locked kitchen
    """
    due = list(kitchen.tickets.due_to_join(at).in_sequence())
    for ticket in due:
        queue.set_state(ticket, TicketState.WAITING, by=by, at=at)
        queue.send_if_waiting(ticket, at=at)
    return bool(due)


@command
def recalculate_promises(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """
    Send the current promises, so that the orders app extends missed ones; of the queue only changes what is due to.

    Needs no permission: any actor may have the promises compared with the clock.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if join_due_tickets(kitchen, by=by, at=at):
        queue.bump_board_version(kitchen)
    queue.send_promises(kitchen, at=at)


@command
def join_queue(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """
    Move the tickets for later whose time has come into the queue, and send the board and the promises.

    Needs no permission: any actor may have the tickets compared with the clock.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if join_due_tickets(kitchen, by=by, at=at):
        queue.send_board_and_promises(kitchen, at=at)
