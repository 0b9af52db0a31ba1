"""
Changes to the queue, each within a command's transaction that holds the kitchen's lock; and `recalculate_promises`.

The kitchen is locked after baskets and before orders; tickets are written only under its lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import capacity, promises, signals, slots
from kitchen import selectors as kitchen_selectors
from kitchen.exceptions import TicketNotFound, TooLateToUndo
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketChange, TicketState
from kitchen.promises import Promise
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM, Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.shop.selectors import ShopSnapshot, current_shop


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
    "is_priority",
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


def book_ticket(
    *,
    kitchen: Kitchen,
    ref: UUID,
    content: TicketContent,
    is_held: bool = False,
    wanted_at: datetime | None = None,
    at: datetime,
) -> Booking:
    """
    Add a ticket to the queue; return the day's next number and the promise.

    A ticket for later takes its pizzas from the slot that it is due in, and joins the queue in time, even a full one.

    :param kitchen: the locked kitchen
    :param wanted_at: when the customer wants it; None: as soon as possible
    :param is_held: the order is still being paid: the ticket has its place, and nobody cooks it before `release_hold`
    :raises KitchenClosed: it accepts no orders
    :raises OrderTooLarge: it has more pizzas than may be open at all, or takes longer than a ticket can
    :raises KitchenFull: with it, more orders or more pizzas would be open than may be
    :raises SlotNotOffered, SlotFull: the time that is wanted is not offered, or not for so many pizzas
    """
    order = slots.LaterOrder.of(
        content.pizza_minutes, method=content.method, shop=current_shop(), driving_minutes=content.driving_minutes
    )
    if wanted_at is None:
        state, due_at, promise = _place_now(kitchen, order, content.pizza_minutes, at=at)
        times: dict[str, datetime] = {}
    else:
        state, due_at, promise = _place_later(kitchen, order, wanted_at=wanted_at, at=at)
        times = {"slot_at": slots.slot_of(due_at), "joins_queue_at": _joins_queue_at(kitchen, order, due_at)}
    business_date = _assign_next_number(kitchen, clock.business_date(at))
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
        minutes=order.minutes,
        pizzas=order.pizzas,
        state=TicketState.HELD if is_held else state,
        state_changed_at=at,
        due_at=due_at,
        **times,
    )
    send_if_waiting(ticket, at=at)
    bump_board_version(kitchen)  # the last ticket in the queue delays no other, and one for later has its own time
    return Booking(kitchen.last_number, business_date, promise)


def _place_now(
    kitchen: Kitchen, order: slots.LaterOrder, pizza_minutes: Sequence[int], *, at: datetime
) -> tuple[TicketState, datetime, Promise]:
    """
    Return the state of a ticket that is booked for as soon as possible, when it is due, and its promise.

    :raises KitchenClosed, OrderTooLarge, KitchenFull: as `book_ticket`
    """
    queue = Ticket.objects.filter(kitchen=kitchen).in_queue()
    tickets = list(queue)
    if any(ticket.is_due_to_join(at) for ticket in tickets):  # they count in the load
        join_due_tickets(kitchen, by=SYSTEM, at=at)
        send_promises(kitchen, at=at)
        tickets = list(queue.all())
    capacity.refuse_unless_capacity(kitchen, tickets, pizza_minutes=pizza_minutes, at=at)
    ready_at = promises.ready_time(tickets, minutes=order.minutes, oven_slots=kitchen.oven_slots, at=at)
    # A short ticket may come out before a longer one that was booked first, but it is not started before it. One for
    # later was booked for its own time, before which others may come out.
    booked_before = (TicketState.HELD, TicketState.WAITING)
    dues = (ticket.due_at for ticket in tickets if ticket.state in booked_before and ticket.slot_at is None)
    promise = promises.promise(ready_at, method=order.method, shop=order.shop, driving_minutes=order.driving_minutes)
    return TicketState.WAITING, max([ready_at, *dues]), promise


def _place_later(
    kitchen: Kitchen, order: slots.LaterOrder, *, wanted_at: datetime, at: datetime
) -> tuple[TicketState, datetime, Promise]:
    """
    Return the state of a ticket that is booked for a time, when it is due, and its promise.

    :raises SlotNotOffered, SlotFull, OrderTooLarge: as `book_ticket`
    """
    kitchen_selectors.slots_of(kitchen, order, at=at).refuse_unless_offered(wanted_at, at=at)
    wanted_at = wanted_at.astimezone(UTC)
    due_at = order.due_at(wanted_at)
    joins_now = _joins_queue_at(kitchen, order, due_at) <= at
    return TicketState.WAITING if joins_now else TicketState.SCHEDULED, due_at, order.promise(wanted_at)


def _joins_queue_at(kitchen: Kitchen, order: slots.LaterOrder, due_at: datetime) -> datetime:
    return due_at - order.time_in_the_oven - kitchen.lead_minutes * promises.MINUTE


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

    One for later is scheduled, unless its time to join the queue has come.

    :param kitchen: the locked kitchen
    """
    ticket = kitchen.tickets.get(ref=ref)
    assert ticket.state == TicketState.HELD, "the orders app has checked that the order is being paid"
    is_early = ticket.joins_queue_at is not None and ticket.joins_queue_at > at
    set_state(ticket, TicketState.SCHEDULED if is_early else TicketState.WAITING, by=by, at=at)
    send_if_waiting(ticket, at=at)
    bump_board_version(kitchen)
    tickets = Ticket.objects.filter(kitchen=kitchen).in_queue()
    ready_at = promises.ready_times(tickets, oven_slots=kitchen.oven_slots, at=at)[ref]
    return _current_promise(ticket, ready_at, shop=current_shop())


def join_due_tickets(kitchen: Kitchen, *, by: Actor, at: datetime) -> bool:
    """
    Move the scheduled tickets whose time has come into the queue, also if it is full; return whether there were any.

    The caller sends the board and the promises.

    :param kitchen: the locked kitchen
    """
    due = list(kitchen.tickets.due_to_join(at).in_sequence())
    for ticket in due:
        set_state(ticket, TicketState.WAITING, by=by, at=at)
        send_if_waiting(ticket, at=at)
    return bool(due)


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
    """Put a ticket back among the waiting ones, before all that are due by their time."""
    ticket.is_priority = True
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
    current_promises = {ticket.ref: _current_promise(ticket, times[ticket.ref], shop=shop) for ticket in tickets}
    signals.promises_changed.send(sender=Kitchen, kitchen=kitchen, promises=current_promises, at=at)


def _current_promise(ticket: Ticket, ready_at: datetime, *, shop: ShopSnapshot) -> Promise:
    """Return what could be promised for a ticket now: one for later is not handed over before its time."""
    if ticket.slot_at is not None:
        ready_at = max(ready_at, ticket.due_at)
    method = FulfillmentMethod(ticket.method)
    return promises.promise(ready_at, method=method, shop=shop, driving_minutes=ticket.driving_minutes)


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
    Send the current promises, so that the orders app extends missed ones; of the queue only changes what is due to.

    Needs no permission: any actor may have the promises compared with the clock.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if join_due_tickets(kitchen, by=by, at=at):
        bump_board_version(kitchen)
    send_promises(kitchen, at=at)


@command
def join_queue(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """
    Move the tickets for later whose time has come into the queue, and send the board and the promises.

    Needs no permission: any actor may have the tickets compared with the clock.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if join_due_tickets(kitchen, by=by, at=at):
        send_board_and_promises(kitchen, at=at)
