"""
Promise times: when a ticket comes out of the kitchen, and when that puts it into somebody's hands.

The open tickets are laid over the cooking places in the order they are due, each in the place that is free first.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from kitchen.models import FulfillmentMethod, Ticket, TicketState

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """In somebody's hands between two moments, whole minutes both."""

    ready_from: datetime
    ready_until: datetime


def ticket_minutes(pizzas: Sequence[int]) -> int:
    """
    Tell how long a ticket takes: its longest pizza, and a little for each further one.

    :param pizzas: minutes in the oven, one entry a pizza (not a line)
    """
    further = settings.SHOP_FURTHER_PIZZA_MINUTES
    return max(pizzas) + further * (len(pizzas) - 1) if pizzas else further


def out_of_the_kitchen(tickets: Iterable[Ticket], *, minutes: int, oven_slots: int, at: datetime) -> datetime:
    """
    Tell when one more ticket, last in the line, comes out.

    :param tickets: those in the line already, in the order they are due
    :param minutes: that the new one takes
    :param places: how many tickets can cook at once
    """
    free = _lay_out(tickets, oven_slots=oven_slots, at=at)[1]
    return free[0] + minutes * MINUTE


def all_out(tickets: Iterable[Ticket], *, oven_slots: int, at: datetime) -> dict[UUID, datetime]:
    """Tell when each ticket comes out, by its ref; one that is ready is out."""
    return _lay_out(tickets, oven_slots=oven_slots, at=at)[0]


def next_out(tickets: Iterable[Ticket], *, at: datetime) -> datetime:
    """Tell when the first of the cooking tickets comes out, and gives its place in the line to somebody."""
    outs = [_out_at(ticket, at) for ticket in tickets if ticket.state == TicketState.COOKING]
    soonest = min((ticket.minutes for ticket in tickets if ticket.state == TicketState.WAITING), default=1)
    return min(outs, default=at + soonest * MINUTE)


def promise(out_at: datetime, *, method: FulfillmentMethod) -> Promise:
    """Turn the moment a ticket comes out into what is promised: time to hand over, to drive, and some width."""
    minutes = settings.SHOP_HANDING_OVER_MINUTES
    if method == FulfillmentMethod.DELIVERY:
        minutes += settings.SHOP_DRIVING_MINUTES
    ready_from = _to_the_minute(out_at + minutes * MINUTE)
    return Promise(ready_from, ready_from + settings.SHOP_PROMISE_MINUTES_WIDE * MINUTE)


def minutes_until(moment: datetime, at: datetime) -> int:
    """Count the minutes to a moment, rounded up and at least one: what a person is told."""
    return max(1, math.ceil((moment - at) / MINUTE))


def _lay_out(
    tickets: Iterable[Ticket], *, oven_slots: int, at: datetime
) -> tuple[dict[UUID, datetime], list[datetime]]:
    """Give when each ticket comes out, and when each place is free then, as a heap."""
    tickets = list(tickets)
    outs = {ticket.ref: _out_at(ticket, at) for ticket in tickets if ticket.state == TicketState.COOKING}
    free = [*outs.values()] + [at] * (oven_slots - len(outs))
    outs |= {ticket.ref: at for ticket in tickets if ticket.state == TicketState.READY}
    heapq.heapify(free)
    while len(free) > oven_slots:  # fewer places than there were when they were started
        heapq.heappop(free)
    for ticket in tickets:
        if ticket.ref not in outs:
            outs[ticket.ref] = free[0] + ticket.time_in_the_oven
            heapq.heapreplace(free, outs[ticket.ref])
    return outs, free


def _out_at(ticket: Ticket, at: datetime) -> datetime:
    """Tell when a cooking ticket comes out; one that is overdue does any minute now."""
    assert ticket.started_at is not None
    return max(ticket.started_at + ticket.time_in_the_oven, at + MINUTE)


def _to_the_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE
