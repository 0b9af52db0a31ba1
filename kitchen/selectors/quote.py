"""What is promised to a guest who orders now, and the quarters of an hour for which one can order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from kitchen import capacity, promises, slots
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.promises import Promise
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import current_shop


@dataclass(frozen=True, slots=True)
class Quote:
    """
    What is promised to a guest who orders now; the mappings are empty while no such order is accepted.

    :param accepts_orders: an order as soon as possible is accepted
    :param message: the sentence for guests: closed and when it opens, paused, full, or when an order would be ready
    :param too_large: the message, if the order is not accepted at any other time either
    :param minutes: until the promise begins
    :param waits: the same in words: "in about 12 minutes", or "around 22:40"
    :param opens_at: when orders are accepted next; None: they are, or nobody knows when
    :param closes_at: when the shop closes; None: it is closed, or does not close within the next days
    :param takes_later: an order for later is accepted
    """

    accepts_orders: bool
    message: str
    too_large: str = ""
    promises: Mapping[FulfillmentMethod, Promise] = field(default_factory=dict)
    minutes: Mapping[FulfillmentMethod, int] = field(default_factory=dict)
    waits: Mapping[FulfillmentMethod, str] = field(default_factory=dict)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    takes_later: bool = False

    @property
    def changes_at(self) -> datetime | None:
        """Return when the quote is wrong in any case, as the shop opens or closes; None: not soon."""
        return self.closes_at or self.opens_at


@dataclass(frozen=True, slots=True)
class Queue:
    """
    What quotes and slots are computed from, as it is read once for all of them.

    :ivar tickets: those in the queue
    :ivar booked: how many pizzas are booked for each slot that is not over, by its beginning
    """

    tickets: Sequence[Ticket]
    booked: Mapping[datetime, int]


def queue_of(kitchen: Kitchen, *, at: datetime) -> Queue:
    """Return a kitchen's queue. One query; two with orders for later."""
    tickets = list(Ticket.objects.filter(kitchen=kitchen).in_queue())
    return Queue(tickets, {} if kitchen.max_slot_pizzas is None else booked_pizzas(kitchen, at=at))


def quote(
    kitchen: Kitchen,
    *,
    pizza_minutes: Sequence[int],
    driving_minutes: int | None = None,
    queue: Queue | None = None,
    at: datetime,
) -> Quote:
    """
    Return when an order placed now would be ready for pickup, and when delivered. The queries of `queue_of`.

    :param pizza_minutes: minutes in the oven, one entry per pizza; of a typical pizza while nothing is chosen
    :param driving_minutes: to where it would be delivered; None: those of the shop's settings
    :param queue: if it is read already, and then there is no query
    """
    queue = queue or queue_of(kitchen, at=at)
    tickets = queue.tickets
    is_open = kitchen.accepts_orders(at)
    shop = current_shop()
    later = slots.LaterOrder.of(pizza_minutes, method=FulfillmentMethod.PICKUP, shop=shop)
    takes_later = slots.is_any_offered(kitchen, later, tickets=tickets, taken=queue.booked, at=at)
    opens_at, closes_at = (None, kitchen.hours.closes_at(at)) if is_open else (kitchen.opens_at(at), None)
    try:
        capacity.refuse_unless_capacity(kitchen, tickets, pizza_minutes=pizza_minutes, at=at)
    except Refusal as refusal:
        too_large = refusal.message if isinstance(refusal, capacity.OrderTooLarge) else ""
        return Quote(
            accepts_orders=False,
            message=refusal.message,
            too_large=too_large,
            opens_at=opens_at,
            closes_at=closes_at,
            takes_later=takes_later,
        )
    ticket_minutes = promises.ticket_minutes(pizza_minutes, shop=shop)
    ready_at = promises.ready_time(tickets, minutes=ticket_minutes, oven_slots=kitchen.oven_slots, at=at)
    promised = {
        method: promises.promise(ready_at, method=method, shop=shop, driving_minutes=driving_minutes)
        for method in FulfillmentMethod
    }
    minutes = {method: promises.minutes_until(promise.ready_from, at) for method, promise in promised.items()}
    waits = {method: promises.wait_text(promise.ready_from, at) for method, promise in promised.items()}
    ready = _("Order now, and it is ready %(wait)s.") % {"wait": waits[FulfillmentMethod.PICKUP]}
    return Quote(
        accepts_orders=True,
        message=f"{ready} {capacity.closing_text(closes_at, at=at)}".rstrip(),
        promises=promised,
        minutes=minutes,
        waits=waits,
        closes_at=closes_at,
        takes_later=takes_later,
    )


def booked_out_of_hours(kitchen: Kitchen) -> list[Ticket]:
    """Return the tickets for later that are due while the shop is closed: its hours have changed. One query."""
    hours, scheduled = kitchen.hours, kitchen.tickets.filter(state=TicketState.SCHEDULED)
    return [
        ticket
        for ticket in scheduled.order_by("due_at", "id")
        if not hours.is_open(ticket.due_at - promises.MINUTE)  # one can be due at the moment of closing
    ]


def slots_of(kitchen: Kitchen, order: slots.LaterOrder, *, queue: Queue | None = None, at: datetime) -> slots.Slots:
    """
    Return the quarters of an hour at which an order can be wanted. Two queries, none if none is offered at all.

    What they say holds only as long as the kitchen is locked.

    :param queue: if it is read already, and then there is no query
    """
    if kitchen.max_slot_pizzas is None:
        return slots.slots_for(kitchen, order, tickets=(), taken={}, at=at)
    queue = queue or queue_of(kitchen, at=at)
    return slots.slots_for(kitchen, order, tickets=queue.tickets, taken=queue.booked, at=at)


def booked_pizzas(kitchen: Kitchen, *, at: datetime) -> dict[datetime, int]:
    """Return how many pizzas are booked for each slot that is not over, by its beginning. One query."""
    booked = kitchen.tickets.filter(slot_at__gte=slots.slot_of(at)).exclude(state=TicketState.WITHDRAWN)
    sums = booked.values("slot_at").annotate(taken=Sum("pizzas")).values_list("slot_at", "taken")
    return {slot_at: taken for slot_at, taken in sums if slot_at is not None}
