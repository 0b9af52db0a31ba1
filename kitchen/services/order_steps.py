"""
Steps of an order that move its ticket: paid, handed over, taken back, brought back, cancelled.

The orders app calls them within its own commands, with the kitchen locked and its own rules checked.
"""

from datetime import datetime
from uuid import UUID

from kitchen import promises, signals
from kitchen.models import Kitchen, Ticket, TicketChange, TicketState
from kitchen.promises import Promise
from kitchen.services import queue
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.shop.selectors import current_shop


def release_hold(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> Promise:
    """
    Let a held ticket be cooked, at the place in the queue that it was booked for; return the promise as it is now.

    One for later is scheduled, unless its time to join the queue has come.

    :param kitchen: the locked kitchen
    """
    ticket = kitchen.tickets.get(ref=ref)
    assert ticket.state == TicketState.HELD, "the orders app has checked that the order is being paid"
    is_early = ticket.joins_queue_at is not None and ticket.joins_queue_at > at
    queue.set_state(ticket, TicketState.SCHEDULED if is_early else TicketState.WAITING, by=by, at=at)
    queue.send_if_waiting(ticket, at=at)
    queue.bump_board_version(kitchen)
    tickets = Ticket.objects.filter(kitchen=kitchen).in_queue()
    ready_at = promises.ready_times(tickets, oven_slots=kitchen.oven_slots, at=at)[ref]
    return queue.current_promise(ticket, ready_at, shop=current_shop())


def hand_over_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """Mark a ready ticket as gone: picked up or on its way. The orders app has checked that it is ready."""
    queue.set_state(kitchen.tickets.get(ref=ref), TicketState.GONE, by=by, at=at)
    queue.bump_board_version(kitchen)


def take_back_ticket(*, kitchen: Kitchen, ref: UUID) -> None:
    """
    Mark a ticket that was handed over by mistake as ready, as it was. The orders app has checked who may do so.

    :raises TooLateToUndo: handing over was not the ticket's last step
    """
    queue.restore_previous_state(kitchen.tickets.get(ref=ref))
    queue.bump_board_version(kitchen)


def return_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """Mark a ticket that could not be delivered as ready again."""
    queue.set_state(kitchen.tickets.get(ref=ref), TicketState.READY, by=by, at=at)
    queue.bump_board_version(kitchen)


def withdraw_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """
    Withdraw a ticket for good, in whatever state it is; its place is free again.

    One that is worked on stays on the board until a cook has acknowledged that nobody wants it; any other just goes.
    """
    ticket = kitchen.tickets.get(ref=ref)
    ticket.unacknowledged_change = TicketChange.CANCELLED if ticket.is_worked_on else ""
    queue.set_state(ticket, TicketState.WITHDRAWN, by=by, at=at)
    signals.ticket_changed.send(sender=Ticket, kitchen=kitchen, ticket=ticket, change=TicketChange.CANCELLED, at=at)
    queue.send_board_and_promises(kitchen, at=at)
