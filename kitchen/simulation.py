"""
Simulation of an evening in the kitchen: what would have become of its orders with other settings.

The rules are the kitchen's own: `capacity` refuses, `promises` promises, and the queue is cooked in the order in which
its tickets are due. It differs from a real evening in that an oven slot never waits for a cook who is busy elsewhere:
a ticket is started as soon as a slot is free.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

from kitchen import capacity, promises
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.promises import MINUTE, Promise
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import ShopSnapshot


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """
    What is varied from one simulation to the next.

    :ivar cooks: how many cooks there are
    :ivar tickets_per_cook: how many tickets a cook can tend at once; with the cooks it limits the oven slots in use
    """

    oven_slots: int
    max_concurrent_orders: int
    max_open_pizzas: int | None
    cooks: int
    tickets_per_cook: int

    @property
    def slots_in_use(self) -> int:
        """Return how many tickets can cook at once."""
        return min(self.oven_slots, self.cooks * self.tickets_per_cook)


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    An order as it came in.

    :ivar pizza_minutes: minutes in the oven, one entry per pizza
    :ivar driving_minutes: of a delivery; None: those of the shop's settings
    :ivar released_at: when it could be cooked; later than `at` if it was paid by card; None: it was never paid
    :ivar left_at: when it was cancelled before it was cooked; None: it was not
    :ivar cooking: how long it was in the oven; None: it is not known, and is taken as planned
    :ivar handing_over: from the oven until the guest had it; None: likewise
    :ivar is_fetched: False if it was cancelled once it was cooked: nobody had it, and no promise was missed
    """

    ref: UUID
    at: datetime
    method: FulfillmentMethod
    pizza_minutes: tuple[int, ...]
    driving_minutes: int | None
    released_at: datetime | None
    left_at: datetime | None = None
    cooking: timedelta | None = None
    handing_over: timedelta | None = None
    is_fetched: bool = True


class OutcomeKind(StrEnum):
    COOKED = "cooked"
    REFUSED = "refused"
    LEFT = "left"  # not cooked: cancelled while it waited, or never paid, as it really was


@dataclass(slots=True)
class Outcome:
    """
    What became of an order in a simulation.

    :ivar promise: None: it was refused
    :ivar handed_over_at: when the guest had it; a pickup: when it was ready for the guest; None: nobody had it
    """

    arrival: Arrival
    kind: OutcomeKind = OutcomeKind.LEFT
    promise: Promise | None = None
    started_at: datetime | None = None
    ready_at: datetime | None = None
    handed_over_at: datetime | None = None

    @property
    def late_by(self) -> timedelta:
        """Return by how much the promise was missed; zero if it was kept, or if there was nothing to keep."""
        if self.promise is None or self.handed_over_at is None:
            return timedelta()
        return max(timedelta(), self.handed_over_at - self.promise.ready_until)


class _Event(IntEnum):
    """What can happen at a moment, in the order in which it is handled: places are freed before they are taken."""

    FINISHED = 0
    LEFT = 1
    RELEASED = 2
    ARRIVED = 3


def simulate(arrivals: Sequence[Arrival], *, settings: SimulationSettings, shop: ShopSnapshot) -> Iterator[Outcome]:
    """
    Simulate an evening; yield the outcome of each order once it is known. All orders have one.

    :param arrivals: the orders, in any order
    :param shop: the minutes by which promises are made
    """
    evening = _Evening(settings, shop)
    for number, arrival in enumerate(sorted(arrivals, key=lambda each: (each.at, each.ref))):
        evening.plan(arrival.at, _Event.ARRIVED, number, arrival)
    yield from evening.play()


class _Evening:
    """The state of one simulation."""

    def __init__(self, settings: SimulationSettings, shop: ShopSnapshot) -> None:
        self._settings, self._shop = settings, shop
        self._kitchen = Kitchen(
            oven_slots=settings.oven_slots,
            max_concurrent_orders=settings.max_concurrent_orders,
            max_open_pizzas=settings.max_open_pizzas,
        )
        self._events: list[tuple[datetime, _Event, int, Arrival]] = []
        self._queue: list[tuple[Ticket, Outcome]] = []  # in the order they are due; the cooking ones, too

    def plan(self, moment: datetime, event: _Event, number: int, arrival: Arrival) -> None:
        heapq.heappush(self._events, (moment, event, number, arrival))

    def play(self) -> Iterator[Outcome]:
        while self._events:
            at, event, number, arrival = heapq.heappop(self._events)
            outcome = self._handle(at, event, number, arrival)
            if outcome:
                yield outcome
            if not (self._events and self._events[0][0] == at):  # all that happens at this moment has happened
                self._start_tickets(at)
        for _ticket, outcome in self._queue:  # never paid, and never cancelled
            yield outcome

    def _handle(self, at: datetime, event: _Event, number: int, arrival: Arrival) -> Outcome | None:
        """Handle an event; return the outcome of an order if it is known with it."""
        if event == _Event.ARRIVED:
            return self._arrive(at, number, arrival)
        found = next((each for each in self._queue if each[0].ref == arrival.ref), None)
        if found is None:  # it has left, or was refused
            return None
        ticket, outcome = found
        match event:
            case _Event.RELEASED:
                ticket.state = TicketState.WAITING
                return None
            case _Event.LEFT if ticket.state == TicketState.COOKING:
                return None  # sooner in the oven than it really was: it is cooked
        self._queue.remove(found)
        if event == _Event.FINISHED:
            self._finish(outcome, at)
        return outcome

    def _arrive(self, at: datetime, number: int, arrival: Arrival) -> Outcome | None:
        """Accept an order as `place_order` does, or return its refusal."""
        tickets = [ticket for ticket, _outcome in self._queue]
        try:
            capacity.refuse_unless_capacity(self._kitchen, tickets, pizza_minutes=arrival.pizza_minutes, at=at)
        except Refusal:
            return Outcome(arrival, OutcomeKind.REFUSED)
        minutes = promises.ticket_minutes(arrival.pizza_minutes, shop=self._shop)
        ready_at = promises.ready_time(tickets, minutes=minutes, oven_slots=self._settings.oven_slots, at=at)
        outcome = Outcome(arrival)
        outcome.promise = promises.promise(
            ready_at, method=arrival.method, shop=self._shop, driving_minutes=arrival.driving_minutes
        )
        self._queue.append((_ticket(arrival, minutes=minutes, ready_at=ready_at, after=tickets), outcome))
        if arrival.released_at is not None and arrival.released_at > at:
            self.plan(arrival.released_at, _Event.RELEASED, number, arrival)
        if arrival.left_at is not None:
            self.plan(max(at, arrival.left_at), _Event.LEFT, number, arrival)
        return None

    def _start_tickets(self, at: datetime) -> None:
        """Put waiting tickets into the free oven slots."""
        cooking = sum(ticket.state == TicketState.COOKING for ticket, _outcome in self._queue)
        free = self._settings.slots_in_use - cooking
        waiting = [each for each in self._queue if each[0].state == TicketState.WAITING]
        for number, (ticket, outcome) in enumerate(waiting[: max(0, free)]):
            ticket.state, ticket.started_at, outcome.started_at = TicketState.COOKING, at, at
            duration = outcome.arrival.cooking
            self.plan(
                at + (ticket.minutes * MINUTE if duration is None else duration),
                _Event.FINISHED,
                number,
                outcome.arrival,
            )

    def _finish(self, outcome: Outcome, at: datetime) -> None:
        arrival = outcome.arrival
        outcome.kind, outcome.ready_at = OutcomeKind.COOKED, at
        if arrival.is_fetched:
            is_delivery = arrival.method == FulfillmentMethod.DELIVERY
            outcome.handed_over_at = at + self._time_to_the_guest(arrival) if is_delivery else at

    def _time_to_the_guest(self, arrival: Arrival) -> timedelta:
        if arrival.handing_over is not None:
            return arrival.handing_over
        driving = self._shop.driving_minutes if arrival.driving_minutes is None else arrival.driving_minutes
        return (self._shop.handing_over_minutes + driving) * MINUTE


def _ticket(arrival: Arrival, *, minutes: int, ready_at: datetime, after: Sequence[Ticket]) -> Ticket:
    """Return the ticket of an accepted order, due after those that are in the queue."""
    is_released = arrival.released_at is not None and arrival.released_at <= arrival.at
    return Ticket(
        ref=arrival.ref,
        method=arrival.method,
        minutes=minutes,
        pizzas=len(arrival.pizza_minutes),
        state=TicketState.WAITING if is_released else TicketState.HELD,
        due_at=max([ready_at, *(ticket.due_at for ticket in after if ticket.state != TicketState.COOKING)]),
    )
