"""The orders of a past evening, as the simulation takes them, and as they really went."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from uuid import UUID

from kitchen.events import CapacityChanged
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from kitchen.promises import Promise
from kitchen.selectors import the_kitchen
from kitchen.simulation import Arrival, Outcome, OutcomeKind
from orders.events import OrderConfirmed, OrderCookingStarted
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent


@dataclass(frozen=True, slots=True)
class Evening:
    """
    The orders of one business day, and the settings that the kitchen had at its end.

    :ivar cooks: how many people put tickets into the oven, at least one
    """

    business_date: date
    outcomes: list[Outcome]
    oven_slots: int
    max_concurrent_orders: int
    max_open_pizzas: int | None
    cooks: int

    @property
    def arrivals(self) -> list[Arrival]:
        return [outcome.arrival for outcome in self.outcomes]

    @property
    def tickets_per_cook(self) -> int:
        """Return how many tickets each cook has to tend so that every oven slot is in use."""
        return ceil(self.oven_slots / self.cooks)


def evening_of(day: date) -> Evening:
    """Return the orders of a business day that is over. Six queries."""
    kitchen = the_kitchen()
    orders = list(
        Order.objects.filter(kitchen=kitchen, business_date=day).prefetch_related("lines").order_by("placed_at", "id")
    )
    refs = [order.ref for order in orders]
    tickets = Ticket.objects.filter(ref__in=refs)
    times = {ticket.ref: ticket for ticket in tickets.only("ref", "driving_minutes", "joins_queue_at")}
    promises, cooks = _promises_and_cooks(refs)
    capacity = _capacity_at_the_end_of(day, kitchen)
    return Evening(
        business_date=day,
        outcomes=[_outcome(order, times.get(order.ref), promises.get(order.ref)) for order in orders],
        oven_slots=capacity.oven_slots,
        max_concurrent_orders=capacity.max_concurrent_orders,
        max_open_pizzas=capacity.max_open_pizzas,
        cooks=max(1, len(cooks)),
    )


def _promises_and_cooks(refs: Iterable[UUID]) -> tuple[dict[UUID, Promise], Counter[int]]:
    """Return the first promise of each order that was confirmed, and who put how many tickets into the oven."""
    promises: dict[UUID, Promise] = {}
    cooks: Counter[int] = Counter()
    types = (OrderConfirmed.type, OrderCookingStarted.type)
    for event in StoredEvent.objects.filter(aggregate_ref__in=refs, type__in=types).order_by("aggregate_ref", "seq"):
        match domain_events.load(event):
            case OrderConfirmed(promise_from=begins, promise_until=ends):
                promises.setdefault(event.aggregate_ref, Promise(begins, ends))
            case OrderCookingStarted(staff=staff) if staff is not None:
                cooks[staff] += 1
    return promises, cooks


def _capacity_at_the_end_of(day: date, kitchen: Kitchen) -> CapacityChanged:
    changes = StoredEvent.objects.filter(
        aggregate_ref=kitchen.ref, type__startswith="kitchen.capacity_changed.", at__lt=clock.day_bounds(day)[1]
    )
    newest = changes.order_by("-seq").first()
    if newest is not None and isinstance(changed := domain_events.load(newest), CapacityChanged):
        return changed
    return CapacityChanged(
        max_concurrent_orders=kitchen.max_concurrent_orders,
        oven_slots=kitchen.oven_slots,
        max_open_pizzas=kitchen.max_open_pizzas,
    )


def _outcome(order: Order, ticket: Ticket | None, promise: Promise | None) -> Outcome:
    """Return an order as it came in, and what became of it. One for later came in when it joined the queue."""
    assert order.placed_at is not None, "placed orders only"
    pizza_minutes = tuple(
        line.minutes for line in order.lines.all() if line.kind == "pizza" for _each in range(line.quantity)
    )
    is_cooked = order.ready_at is not None
    joined_at = ticket.joins_queue_at if ticket else None
    arrived_at = max(order.placed_at, joined_at or order.placed_at)
    arrival = Arrival(
        ref=order.ref,
        at=arrived_at,
        method=FulfillmentMethod(order.method),
        pizza_minutes=pizza_minutes,
        driving_minutes=ticket.driving_minutes if ticket else None,
        released_at=max(arrived_at, order.confirmed_at) if order.confirmed_at else None,
        left_at=order.cancelled_at if order.cooking_started_at is None else None,
        cooking=_cooking(order),
        handing_over=_between(order.ready_at, order.delivered_at),
        is_fetched=order.cancelled_at is None,
    )
    handed_over_at = order.ready_at if order.method == FulfillmentMethod.PICKUP else order.delivered_at
    return Outcome(
        arrival,
        OutcomeKind.COOKED if is_cooked else OutcomeKind.LEFT,
        promise=promise,
        started_at=order.cooking_started_at if is_cooked else None,
        ready_at=order.ready_at,
        handed_over_at=handed_over_at if arrival.is_fetched else None,
    )


def _cooking(order: Order) -> timedelta | None:
    """Return how long an order was in the oven, also if it was cancelled there."""
    return _between(order.cooking_started_at, order.ready_at or order.cancelled_at)


def _between(begin: datetime | None, end: datetime | None) -> timedelta | None:
    return max(timedelta(), end - begin) if begin and end else None
