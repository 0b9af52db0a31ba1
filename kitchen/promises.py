"""
Promise times: when a ticket comes out of the kitchen, and when the customer gets the order.

The open tickets are assigned to the oven slots in the order they are due, each to the slot that is free first.
"""

import heapq
import math
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

    :param tickets: those already in the queue, in the order they are due
    :param minutes: time that the new ticket takes
    :param oven_slots: how many tickets can cook at once
    """
    free = _assign_slots(tickets, oven_slots=oven_slots, at=at)[1]
    return free[0] + minutes * MINUTE


def ready_times(tickets: Iterable[Ticket], *, oven_slots: int, at: datetime) -> dict[UUID, datetime]:
    """Return when each ticket comes out, by its ref; a ready ticket is out at `at`."""
    return _assign_slots(tickets, oven_slots=oven_slots, at=at)[0]


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
    minutes = shop.handing_over_minutes
    if method == FulfillmentMethod.DELIVERY:
        minutes += shop.driving_minutes if driving_minutes is None else driving_minutes
    ready_from = _to_the_minute(ready_at + minutes * MINUTE)
    return Promise(ready_from, ready_from + shop.promise_window_minutes * MINUTE)


def minutes_until(moment: datetime, at: datetime) -> int:
    """Return the minutes until a moment as shown to people: rounded up and at least one."""
    return max(1, math.ceil((moment - at) / MINUTE))


def wait_text(moment: datetime, at: datetime) -> str:
    """Return how long it is until a moment, in words: "in about 12 minutes", or "around 22:40" if that is long."""
    minutes = minutes_until(moment, at)
    if minutes > MAX_WAIT_MINUTES:
        return _("around %(time)s") % {"time": clock.day_and_time(moment, at=at)}
    return ngettext("in about a minute", "in about %(minutes)d minutes", minutes) % {"minutes": minutes}


def _assign_slots(
    tickets: Iterable[Ticket], *, oven_slots: int, at: datetime
) -> tuple[dict[UUID, datetime], list[datetime]]:
    """Return when each ticket comes out, and a heap of when each oven slot is free after that."""
    tickets = list(tickets)
    ready_at = {ticket.ref: _ready_at(ticket, at) for ticket in tickets if ticket.state == TicketState.COOKING}
    free = [*ready_at.values()] + [at] * (oven_slots - len(ready_at))
    ready_at |= {ticket.ref: at for ticket in tickets if ticket.state == TicketState.READY}
    heapq.heapify(free)
    while len(free) > oven_slots:  # more tickets are cooking than there are slots: slots were reduced
        heapq.heappop(free)
    for ticket in tickets:
        if ticket.ref not in ready_at:
            ready_at[ticket.ref] = free[0] + ticket.time_in_the_oven
            heapq.heapreplace(free, ready_at[ticket.ref])
    return ready_at, free


def _ready_at(ticket: Ticket, at: datetime) -> datetime:
    """Return when a cooking ticket comes out; an overdue one is expected in a minute."""
    assert ticket.started_at is not None
    return max(ticket.started_at + ticket.time_in_the_oven, at + MINUTE)


def _to_the_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE
