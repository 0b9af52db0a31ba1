"""
Promise times: when a ticket comes out of the kitchen, and when the customer gets the order.

The open tickets are assigned to the oven slots in the order they are due, each to the slot that is free first. A ticket
for later that has not joined the queue yet is started in time, and not before; it takes a slot from a ticket in the
queue only if that one would still be in the oven by then. One that a cook has put on hold comes after all that are in
the queue, also after one that is booked next.
"""

import math
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen.models import FulfillmentMethod, Ticket, TicketState
from pizzeria.foundation import clock
from pizzeria.foundation.shop.selectors import ShopSnapshot

MINUTE = timedelta(minutes=1)
MAX_WAIT_MINUTES = 120  # of a longer wait, its end is shown


@dataclass(frozen=True, slots=True)
class Promise:
    """The promised time: the customer gets the order between two moments, both whole minutes."""

    ready_from: datetime
    ready_until: datetime


def ticket_minutes(pizzas: Sequence[int], *, shop: ShopSnapshot) -> int:
    """
    Return how many minutes a ticket takes: those of its longest pizza, and a few for each further one.

    A ticket without pizzas takes the minutes of one further pizza.

    :param pizzas: minutes in the oven, one entry per pizza (not per order line)
    """
    further = shop.further_pizza_minutes
    return max(pizzas) + further * (len(pizzas) - 1) if pizzas else further


def ready_time(tickets: Iterable[Ticket], *, minutes: int, oven_slots: int, at: datetime) -> datetime:
    """
    Return when one more ticket, last in the queue, comes out.

    A ticket for later that is started after that delays it by nothing.

    :param tickets: those already in the queue, in the order they are due; those with priority first
    :param minutes: time that the new ticket takes
    :param oven_slots: how many tickets can cook at once
    """
    assignment = _Assignment(tickets, oven_slots=oven_slots, at=at)
    return assignment.ready_time_of_one_more(minutes * MINUTE)


def ready_times(tickets: Iterable[Ticket], *, oven_slots: int, at: datetime) -> dict[UUID, datetime]:
    """Return when each ticket comes out, by its ref; a ready ticket is out at `at`."""
    return _Assignment(tickets, oven_slots=oven_slots, at=at).ready_times()


def next_ready_time(tickets: Iterable[Ticket], *, at: datetime) -> datetime:
    """
    Return when the first of the cooking tickets comes out and frees its place in the queue.

    While none is cooking, assume that the shortest waiting ticket is started now; while none is waiting either, return
    a minute from now.
    """
    ready_at = [_ready_at(ticket, at) for ticket in tickets if ticket.state == TicketState.COOKING]
    soonest = min((ticket.minutes for ticket in tickets if ticket.state == TicketState.WAITING), default=1)
    return min(ready_at, default=at + soonest * MINUTE)


def promise(
    ready_at: datetime, *, method: FulfillmentMethod, shop: ShopSnapshot, driving_minutes: int | None = None
) -> Promise:
    """
    Return the promise for a ticket that comes out at a moment: adds handing over, driving (delivery) and a width.

    :param driving_minutes: to where the ticket goes; None: those of the shop's settings
    """
    minutes = minutes_to_the_guest(method, shop=shop, driving_minutes=driving_minutes)
    ready_from = _to_the_minute(ready_at + minutes * MINUTE)
    return Promise(ready_from, ready_from + shop.promise_window_minutes * MINUTE)


def minutes_to_the_guest(method: FulfillmentMethod, *, shop: ShopSnapshot, driving_minutes: int | None = None) -> int:
    """
    Return how many minutes it takes from the oven to the guest: handing over, and driving (delivery).

    :param driving_minutes: to where the ticket goes; None: those of the shop's settings
    """
    if method == FulfillmentMethod.PICKUP:
        return shop.handing_over_minutes
    return shop.handing_over_minutes + (shop.driving_minutes if driving_minutes is None else driving_minutes)


def minutes_until(moment: datetime, at: datetime) -> int:
    """Return the minutes until a moment as shown to people: rounded up and at least one."""
    return max(1, math.ceil((moment - at) / MINUTE))


def wait_text(moment: datetime, at: datetime) -> str:
    """Return how long it is until a moment, in words: "in about 12 minutes", or "around 22:40" if that is long."""
    minutes = minutes_until(moment, at)
    if minutes > MAX_WAIT_MINUTES:
        return _("around %(time)s") % {"time": clock.day_and_time(moment, at=at)}
    return ngettext("in about a minute", "in about %(minutes)d minutes", minutes) % {"minutes": minutes}


class _Assignment:
    """The assignment of open tickets to the oven slots, in which each gets the time at which it comes out."""

    def __init__(self, tickets: Iterable[Ticket], *, oven_slots: int, at: datetime) -> None:
        tickets = list(tickets)
        cooking = {ticket.ref: _ready_at(ticket, at) for ticket in tickets if ticket.state == TicketState.COOKING}
        # When each slot is free, in ascending sequence. If slots were reduced, more tickets cook than there are slots.
        free = sorted([*cooking.values()] + [at] * (oven_slots - len(cooking)))
        self._free = free[len(free) - oven_slots :]
        self._ready_at = cooking | {ticket.ref: at for ticket in tickets if ticket.state == TicketState.READY}
        others = [ticket for ticket in tickets if ticket.ref not in self._ready_at]
        in_queue = [ticket for ticket in others if not ticket.is_for_later]
        self._waiting = [ticket for ticket in in_queue if ticket.on_hold_since is None]
        self._on_hold = [ticket for ticket in in_queue if ticket.on_hold_since is not None]
        self._later = deque(sorted((ticket for ticket in others if ticket.is_for_later), key=lambda each: each.due_at))

    def ready_times(self) -> dict[UUID, datetime]:
        self._assign(self._waiting)
        self._assign(self._on_hold)
        while self._later:
            self._assign_next_later()
        return self._ready_at

    def ready_time_of_one_more(self, time_in_the_oven: timedelta) -> datetime:
        self._assign(self._waiting)
        self._assign_later_before(time_in_the_oven)
        return self._free[0] + time_in_the_oven

    def _assign(self, tickets: Iterable[Ticket]) -> None:
        for ticket in tickets:
            if not ticket.is_priority:
                self._assign_later_before(ticket.time_in_the_oven, due_at=ticket.due_at)
            ready_at = self._ready_at[ticket.ref] = self._free.pop(0) + ticket.time_in_the_oven
            insort(self._free, ready_at)

    def _assign_later_before(self, time_in_the_oven: timedelta, *, due_at: datetime | None = None) -> None:
        """
        Assign the tickets for later that have to be started before a ticket that is assigned next comes out.

        :param due_at: of that ticket: those that are due after it come after it; None: it comes after all of them
        """
        while self._later and _start_of(self._later[0]) < self._free[0] + time_in_the_oven:
            if due_at is not None and self._later[0].due_at > due_at:
                return
            self._assign_next_later()

    def _assign_next_later(self) -> None:
        """Assign the next ticket for later to the slot that is free last before its start, or else to the first."""
        ticket = self._later.popleft()
        start = _start_of(ticket)
        free_at = self._free.pop(max(0, bisect_right(self._free, start) - 1))
        ready_at = self._ready_at[ticket.ref] = max(free_at, start) + ticket.time_in_the_oven
        insort(self._free, ready_at)


def _start_of(ticket: Ticket) -> datetime:
    """Return when a ticket for later has to be started at the latest."""
    return ticket.due_at - ticket.time_in_the_oven


def _ready_at(ticket: Ticket, at: datetime) -> datetime:
    """Return when a cooking ticket comes out; an overdue one is expected in a minute."""
    assert ticket.started_at is not None
    return max(ticket.started_at + ticket.time_in_the_oven, at + MINUTE)


def _to_the_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE
