"""Booking: what takes a place in the queue, now or for later, and the number and the promise that it gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from kitchen import capacity, promises, slots
from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.promises import Promise
from kitchen.services import joining, queue
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
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
        place = _place_now(kitchen, order, content.pizza_minutes, at=at)
        times: dict[str, datetime] = {}
    else:
        place = _place_later(kitchen, order, wanted_at=wanted_at, at=at)
        times = {
            "wanted_at": wanted_at,
            "slot_at": slots.slot_of(place.due_at),
            "joins_queue_at": _joins_queue_at(kitchen, order, place.due_at),
        }
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
        state=TicketState.HELD if is_held else place.state,
        state_changed_at=at,
        due_at=place.due_at,
        **times,
    )
    queue.send_if_waiting(ticket, at=at)
    queue.bump_board_version(kitchen)
    if place.passes_tickets_on_hold:  # beside them, the last ticket in the queue delays no other
        queue.send_promises(kitchen, at=at)
    return Booking(kitchen.last_number, business_date, place.promise)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a ticket is booked: its state, unless it is held, when it is due, and its promise."""

    state: TicketState
    due_at: datetime
    promise: Promise
    passes_tickets_on_hold: bool = False


def _place_now(kitchen: Kitchen, order: slots.LaterOrder, pizza_minutes: Sequence[int], *, at: datetime) -> _Place:
    """
    Return the place of a ticket that is booked for as soon as possible.

    :raises KitchenClosed, OrderTooLarge, KitchenFull: as `book_ticket`
    """
    in_queue = Ticket.objects.filter(kitchen=kitchen).in_queue()
    tickets = list(in_queue)
    if any(ticket.is_due_to_join(at) for ticket in tickets):  # they count in the load
        joining.join_due_tickets(kitchen, by=SYSTEM, at=at)
        queue.send_promises(kitchen, at=at)
        tickets = list(in_queue.all())
    capacity.refuse_unless_capacity(kitchen, tickets, pizza_minutes=pizza_minutes, at=at)
    ready_at = promises.ready_time(tickets, minutes=order.minutes, oven_slots=kitchen.oven_slots, at=at)
    # A short ticket may come out before a longer one that was booked first, but it is not started before it. One for
    # later was booked for its own time, before which others may come out.
    booked_before = (TicketState.HELD, TicketState.WAITING)
    dues = (ticket.due_at for ticket in tickets if ticket.state in booked_before and ticket.slot_at is None)
    promise = promises.promise(ready_at, method=order.method, shop=order.shop, driving_minutes=order.driving_minutes)
    is_any_on_hold = any(ticket.on_hold_since for ticket in tickets)
    return _Place(TicketState.WAITING, max([ready_at, *dues]), promise, passes_tickets_on_hold=is_any_on_hold)


def _place_later(kitchen: Kitchen, order: slots.LaterOrder, *, wanted_at: datetime, at: datetime) -> _Place:
    """
    Return the place of a ticket that is booked for a time. Those on hold have new promises within a minute, if any.

    :raises SlotNotOffered, SlotFull, OrderTooLarge: as `book_ticket`
    """
    kitchen_selectors.slots_of(kitchen, order, at=at).refuse_unless_offered(wanted_at, at=at)
    wanted_at = wanted_at.astimezone(UTC)
    due_at = order.due_at(wanted_at)
    joins_now = _joins_queue_at(kitchen, order, due_at) <= at
    state = TicketState.WAITING if joins_now else TicketState.SCHEDULED
    return _Place(state, due_at, order.promise(wanted_at))


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
