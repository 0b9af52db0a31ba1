"""
Changes to the queue, each within a command's transaction that holds the kitchen's lock; and `recalculate_promises`.

The kitchen is locked after baskets and before orders; tickets are written only under its lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min
from django.utils.translation import gettext as _

from kitchen import capacity, promises, signals
from kitchen.exceptions import TicketNotFound, TooLateToUndo
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketChange, TicketState
from kitchen.promises import Promise
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.shop.selectors import current_shop


@dataclass(frozen=True, slots=True)
class TicketContent:
    """
    What the orders app passes to the kitchen for one ticket.

    :param items: what to make, in the shape of `Ticket.items`
    :param pizza_minutes: minutes in the oven, one entry per pizza
    :param driving_minutes: of a delivery; None: those of the shop's settings
    """

    method: FulfillmentMethod
    items: list[dict[str, Any]]
    pizza_minutes: Sequence[int]
    driving_minutes: int | None = None
    notes: str = ""
    allergies: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """A place in the queue: the number to call out, the business day that it counts in, and the promise."""

    number: int
    business_date: date
    promise: Promise


_STATE_FIELDS = (
    "seq",
    "state",
    "state_changed_at",
    "state_changed_by",
    "previous_state",
    "previous_state_changed_at",
    "previous_state_changed_by",
    "started_at",
)
_ATTENTION_FIELDS = ("seen_at", "seen_by", "unacknowledged_change")


def refuse_unless_permitted(by: Actor, permission: Permission) -> None:
    """
    Refuse an actor without a permission of the kitchen.

    :raises NotAllowed: the actor lacks the permission
    """
    if not by.may(permission):
        raise NotAllowed(_("Only the kitchen can do that."))


def lock_for_ticket(ref: UUID) -> Kitchen:
    """
    Lock the kitchen that a ticket belongs to until the transaction ends, and return it.

    :param ref: the order's ref
    :raises TicketNotFound: there is no such ticket
    """
    try:
        return Kitchen.objects.for_update().get(tickets__ref=ref)
    except Kitchen.DoesNotExist as missing:
        raise TicketNotFound(_("There is no such ticket.")) from missing


def book_ticket(*, kitchen: Kitchen, ref: UUID, content: TicketContent, is_held: bool = False, at: datetime) -> Booking:
    """
    Add a ticket to the queue; return the day's next number and the promise.

    :param kitchen: the locked kitchen
    :param is_held: the order is still being paid: the ticket has its place, and nobody cooks it before `release_hold`
    :raises KitchenClosed: it accepts no orders
    :raises OrderTooLarge: it has more pizzas than may be open at all, or takes longer than a ticket can
    :raises KitchenFull: with it, more orders or more pizzas would be open than may be
    """
    tickets = list(Ticket.objects.filter(kitchen=kitchen).in_queue())
    capacity.refuse_unless_capacity(kitchen, tickets, pizza_minutes=content.pizza_minutes, at=at)

    business_date = _assign_next_number(kitchen, clock.business_date(at))
    shop = current_shop()
    minutes = promises.ticket_minutes(content.pizza_minutes, shop=shop)
    ready_at = promises.ready_time(tickets, minutes=minutes, oven_slots=kitchen.oven_slots, at=at)
    # A short ticket may come out before a longer one that was booked first, but it is not started before it.
    booked_before = (TicketState.HELD, TicketState.WAITING)
    last_due = max((ticket.due_at for ticket in tickets if ticket.state in booked_before), default=ready_at)
    ticket = Ticket.objects.create(
        kitchen=kitchen,
        ref=ref,
        label=f"#{kitchen.last_number}",
        business_date=business_date,
        method=content.method,
        driving_minutes=content.driving_minutes,
        items=content.items,
        notes=content.notes,
        allergies=content.allergies,
        minutes=minutes,
        pizzas=len(content.pizza_minutes),
        state=TicketState.HELD if is_held else TicketState.WAITING,
        state_changed_at=at,
        due_at=max(ready_at, last_due),
    )
    send_if_waiting(ticket, at=at)
    bump_board_version(kitchen)  # the last ticket in the queue delays no other: no promise changes
    promise = promises.promise(ready_at, method=content.method, shop=shop, driving_minutes=content.driving_minutes)
    return Booking(kitchen.last_number, business_date, promise)


def _assign_next_number(kitchen: Kitchen, today: date) -> date:
    """
    Assign the next number, from one each business day; return the day it belongs to.

    A command that began just before the day ended, and waited for the lock until after, counts in the new day.
    """
    if kitchen.last_number_date is None or kitchen.last_number_date < today:
        kitchen.last_number_date, kitchen.last_number = today, 0
    kitchen.last_number += 1
    return kitchen.last_number_date


def release_hold(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> Promise:
    """
    Let a held ticket be cooked, at the place in the queue that it was booked for; return the promise as it is now.

    :param kitchen: the locked kitchen
    """
    ticket = kitchen.tickets.get(ref=ref)
    assert ticket.state == TicketState.HELD, "the orders app has checked that the order is being paid"
    set_state(ticket, TicketState.WAITING, by=by, at=at)
    send_if_waiting(ticket, at=at)
    bump_board_version(kitchen)
    tickets = Ticket.objects.filter(kitchen=kitchen).in_queue()
    ready_at = promises.ready_times(tickets, oven_slots=kitchen.oven_slots, at=at)[ref]
    return promises.promise(
        ready_at,
        method=FulfillmentMethod(ticket.method),
        shop=current_shop(),
        driving_minutes=ticket.driving_minutes,
    )


def hand_over_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """Mark a ready ticket as gone: picked up or on its way. The orders app has checked that it is ready."""
    set_state(kitchen.tickets.get(ref=ref), TicketState.GONE, by=by, at=at)
    bump_board_version(kitchen)


def take_back_ticket(*, kitchen: Kitchen, ref: UUID) -> None:
    """
    Mark a ticket that was handed over by mistake as ready, as it was. The orders app has checked who may do so.

    :raises TooLateToUndo: handing over was not the ticket's last step
    """
    restore_previous_state(kitchen.tickets.get(ref=ref))
    bump_board_version(kitchen)


def return_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """Mark a ticket that could not be delivered as ready again."""
    set_state(kitchen.tickets.get(ref=ref), TicketState.READY, by=by, at=at)
    bump_board_version(kitchen)


def withdraw_ticket(*, kitchen: Kitchen, ref: UUID, by: Actor, at: datetime) -> None:
    """
    Withdraw a ticket for good, in whatever state it is; its place is free again.

    What is in the oven or on the counter stays on the board until a cook has acknowledged that nobody wants it.
    """
    ticket = kitchen.tickets.get(ref=ref)
    ticket.unacknowledged_change = TicketChange.CANCELLED if ticket.is_baked else ""
    set_state(ticket, TicketState.WITHDRAWN, by=by, at=at)
    send_board_and_promises(kitchen, at=at)


def set_state(ticket: Ticket, state: TicketState, *, by: Actor, at: datetime) -> None:
    """Change the state of a ticket, and save it with its due time, which the caller may have changed."""
    ticket.seq += 1
    ticket.previous_state, ticket.previous_state_changed_at = ticket.state, ticket.state_changed_at
    ticket.previous_state_changed_by = ticket.state_changed_by
    ticket.state, ticket.state_changed_at, ticket.state_changed_by = state, at, str(by)
    if state == TicketState.COOKING:
        ticket.started_at = at
    ticket.save(update_fields=[*_STATE_FIELDS, "due_at", *_ATTENTION_FIELDS])


def note_seen(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Note, without saving it, that a cook has seen a ticket; the first one is kept."""
    if ticket.seen_at is None:
        ticket.seen_at, ticket.seen_by = at, str(by)


def restore_previous_state(ticket: Ticket) -> None:
    """
    Undo the last `set_state` of a ticket: its state is the one before, since when and by whom it was. No redo.

    :raises TooLateToUndo: its last step cannot be undone
    """
    if not ticket.has_undoable_step or ticket.previous_state_changed_at is None:
        raise TooLateToUndo(_("%(ticket)s has moved on, so that cannot be undone.") % {"ticket": ticket.label})
    ticket.seq += 1
    ticket.state, ticket.state_changed_at = ticket.previous_state, ticket.previous_state_changed_at
    ticket.state_changed_by = ticket.previous_state_changed_by
    ticket.previous_state, ticket.previous_state_changed_at, ticket.previous_state_changed_by = "", None, ""
    if ticket.state == TicketState.WAITING:
        ticket.started_at = None
    ticket.save(update_fields=[*_STATE_FIELDS])


def return_to_head(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Put a ticket back among the waiting ones, due before all of them."""
    waiting = Ticket.objects.filter(kitchen=ticket.kitchen, state=TicketState.WAITING)
    first_due = waiting.aggregate(first=Min("due_at"))["first"]
    ticket.due_at = min(at, first_due - timedelta(seconds=1)) if first_due else at
    ticket.started_at = None
    set_state(ticket, TicketState.WAITING, by=by, at=at)


def send_if_waiting(ticket: Ticket, *, at: datetime) -> None:
    """Send `ticket_waiting` for a ticket that has just been booked, paid for, or joined the queue, if it waits now."""
    if ticket.state == TicketState.WAITING:
        signals.ticket_waiting.send(sender=Ticket, kitchen=ticket.kitchen, ticket=ticket, at=at)


def send_board_and_promises(kitchen: Kitchen, *, at: datetime) -> None:
    """Increment the board's version, and send the promises of the tickets as they are now."""
    bump_board_version(kitchen)
    send_promises(kitchen, at=at)


def send_promises(kitchen: Kitchen, *, at: datetime) -> None:
    """Send `promises_changed` with the current promise of every ticket that is not on its way yet."""
    tickets = list(Ticket.objects.filter(kitchen=kitchen).with_open_promise())
    times = promises.ready_times(tickets, oven_slots=kitchen.oven_slots, at=at)
    shop = current_shop()
    current_promises = {
        ticket.ref: promises.promise(
            times[ticket.ref],
            method=FulfillmentMethod(ticket.method),
            shop=shop,
            driving_minutes=ticket.driving_minutes,
        )
        for ticket in tickets
    }
    signals.promises_changed.send(sender=Kitchen, kitchen=kitchen, promises=current_promises, at=at)


def bump_board_version(kitchen: Kitchen) -> None:
    """
    Increment the board's version, by which screens notice that they are out of date.

    Saves the day's last number as well, which the caller may have assigned.
    """
    kitchen.version += 1
    kitchen.save(update_fields=["version", "last_number_date", "last_number"])
    signals.board_changed.send(sender=Kitchen, kitchen=kitchen)


@command
def recalculate_promises(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """
    Send the current promises, so that the orders app extends missed ones; the queue does not change.

    Needs no permission: any actor may have the promises compared with the clock.
    """
    send_promises(Kitchen.objects.for_update().get(pk=kitchen.pk), at=at)
