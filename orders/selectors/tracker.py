"""What the page of an order tells its guest of the kitchen: promises, who cooks it, and that there is no news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model

from kitchen.models import FulfillmentMethod, Ticket
from kitchen.selectors import ticket_by_ref
from orders import presenters
from orders.events import (
    OrderConfirmed,
    OrderCookingStarted,
    OrderPromiseChanged,
    OrderReady,
    OrderRecalled,
    OrderStepUndone,
)
from orders.models import Order, OrderStatus
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent

SILENT_AFTER = timedelta(minutes=5)  # a kitchen with news as new as that is not silent, however late an order is
MAX_PROMISES = 4  # the first and the newest

KITCHEN_STEPS = (OrderConfirmed, OrderCookingStarted, OrderReady, OrderRecalled, OrderStepUndone)


@dataclass(frozen=True, slots=True)
class GivenPromise:
    """A promise that the guest was given, and since when it holds."""

    since: datetime
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """
    How long there has been no news of an order that the kitchen has, and from when on that is worth saying.

    :ivar since: the order's last step
    :ivar begins: the order should be out of the oven by now, and the last step is `SILENT_AFTER` old
    """

    since: datetime
    begins: datetime
    minutes: int
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Tracker:
    """
    What the kitchen is doing about an order.

    :ivar awaits_guest: the order is at the counter, or on its way to the guest
    :ivar promises: that were given, the first and the newest ones; empty: the first one holds
    :ivar cook: a sentence; blank: nobody cooks it yet, or the shop does not say who
    :ivar oven_at: when an order for later goes into the oven; None: not known, or it was in it
    :ivar silence: None: the kitchen is not at work on it
    """

    awaits_guest: bool = False
    promises: Sequence[GivenPromise] = ()
    cook: str = ""
    oven_at: datetime | None = None
    silence: Silence | None = None


def tracker(order: Order, *, at: datetime) -> Tracker:
    """
    Return what the kitchen is doing about a placed order, whose kitchen should be loaded.

    At most three queries: events, the ticket while it is in the queue, and the cook's name if the shop shows it.
    """
    if order.status in (OrderStatus.PENDING, OrderStatus.CANCELLED):
        return Tracker()
    events = _events_of(order.ref)
    ticket = ticket_by_ref(order.ref) if order.status in (OrderStatus.CONFIRMED, OrderStatus.COOKING) else None
    awaited = OrderStatus.DELIVERING if order.method == FulfillmentMethod.DELIVERY else OrderStatus.READY
    return Tracker(
        awaits_guest=order.status == awaited,
        promises=_promises(events),
        cook=_cook(order, events),
        oven_at=_oven_time(order, ticket, at=at) if ticket else None,
        silence=_silence(ticket, events, at=at) if ticket else None,
    )


def _events_of(ref: UUID) -> list[StoredEvent]:
    """Return the events that the tracker is made from, in their sequence. One query."""
    types = [event.type for event in (*KITCHEN_STEPS, OrderPromiseChanged)]
    return list(StoredEvent.objects.filter(aggregate_ref=ref, type__in=types).order_by("seq"))


def _promises(events: Sequence[StoredEvent]) -> list[GivenPromise]:
    given = [
        GivenPromise(event.at, promise.promise_from, promise.promise_until)
        for event in events
        if event.type in (OrderConfirmed.type, OrderPromiseChanged.type)
        and isinstance(promise := domain_events.load(event), OrderConfirmed | OrderPromiseChanged)
    ]
    if len(given) < 2:  # noqa: PLR2004 - a promise and another one
        return []
    return given if len(given) <= MAX_PROMISES else [given[0], *given[1 - MAX_PROMISES :]]


def _cook(order: Order, events: Sequence[StoredEvent]) -> str:
    """Return who cooks an order, or who has cooked it. At most one query."""
    is_cooking = order.status == OrderStatus.COOKING
    if not order.kitchen.shows_cook or not (is_cooking or order.ready_at):
        return ""
    staff = [event.data["staff"] for event in events if event.type == OrderCookingStarted.type]
    users = get_user_model().objects.filter(pk__in=[pk for pk in staff[-1:] if pk], is_active=True)
    name = users.values_list("first_name", flat=True).first()
    return presenters.cook_text(name, is_cooking=is_cooking) if name else ""


def _oven_time(order: Order, ticket: Ticket, *, at: datetime) -> datetime | None:
    oven_at = ticket.due_at - ticket.time_in_the_oven
    return oven_at if order.requested_for and not order.has_started and oven_at > at else None


def _silence(ticket: Ticket, events: Sequence[StoredEvent], *, at: datetime) -> Silence | None:
    steps = [event.at for event in events if event.type != OrderPromiseChanged.type]
    if not steps:
        return None
    out_at = ticket.due_at
    if ticket.started_at:
        out_at = max(out_at, ticket.started_at + ticket.time_in_the_oven)
    begins = max(out_at, steps[-1] + SILENT_AFTER)
    minutes = max(0, int((at - steps[-1]).total_seconds() // 60))
    return Silence(since=steps[-1], begins=begins, minutes=minutes, is_silent=at >= begins)
