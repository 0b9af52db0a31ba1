"""The read models of the kitchen: the board and the quote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Avg, Case, Count, F, QuerySet, Sum, When
from django.utils.translation import gettext as _

from kitchen import capacity, promises, slots, undo
from kitchen.capacity import Load
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.promises import Promise
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import current_shop

MAX_UNDO_OFFERS = 3  # a cook starts several tickets in a row


@dataclass(frozen=True, slots=True)
class BoardTicket:
    ref: UUID
    label: str  # "#42"; of another business day: "#42 of Sat 28 Nov"
    method: str
    items: Sequence[dict[str, Any]]
    notes: str
    allergies: str
    due_at: datetime
    state_changed_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Board:
    waiting: list[BoardTicket]
    cooking: list[BoardTicket]
    ready: list[BoardTicket]
    load: Load
    max_orders: int
    max_pizzas: int | None  # None: no limit beside that of the orders
    oven_slots: int
    free_oven_slots: int
    version: int
    is_paused: bool
    closed_reason: str  # why no orders are accepted, also "closed" by the opening hours; blank: they are accepted
    closed_until: datetime | None  # None: open, or closed until further notice


@dataclass(frozen=True, slots=True)
class KitchenLoad:
    """
    How busy the kitchen is.

    :param tickets: those that are held, waiting or cooking, in the order they are due
    :param average_cooking_minutes: measured on this business day; None: nothing is finished yet
    """

    load: Load
    tickets: list[Ticket]
    is_at_capacity: bool
    average_cooking_minutes: float | None


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
class UndoOffer:
    """
    A step that the actor can still undo.

    :param command: the command that undoes it: `undo_step`, `undo_hand_over` or `undo_deliver`
    :param label: of the ticket, "#42"
    :param seconds: how long it can still be undone
    """

    command: Literal["undo_step", "undo_hand_over", "undo_deliver"]
    ref: UUID
    label: str
    seconds: int


def the_kitchen() -> Kitchen:
    """Return the one kitchen. No other code assumes that there is only one."""
    return Kitchen.objects.get()


def ticket_by_ref(ref: UUID) -> Ticket:
    """
    Return a ticket by the order's ref.

    :raises Ticket.DoesNotExist: there is no such ticket
    """
    return Ticket.objects.get(ref=ref)


def kitchen_load(kitchen: Kitchen, *, at: datetime) -> KitchenLoad:
    """Return how busy the kitchen is, and with which tickets. Two queries."""
    tickets = list(kitchen.tickets.in_load().in_sequence())
    load, max_pizzas = capacity.load_of(tickets), kitchen.max_open_pizzas
    return KitchenLoad(
        load=load,
        tickets=tickets,
        is_at_capacity=load.orders >= kitchen.max_concurrent_orders
        or (max_pizzas is not None and load.pizzas >= max_pizzas),
        average_cooking_minutes=_average_cooking_minutes(kitchen, at),
    )


def _average_cooking_minutes(kitchen: Kitchen, at: datetime) -> float | None:
    """
    Return how many minutes the tickets of the business day took from start to finish; None: none is finished yet.

    Those that a driver has brought back do not count: their last state began when they came back.
    """
    ready, gone = TicketState.READY, TicketState.GONE
    finished_at = Case(
        When(state=ready, previous_state=TicketState.COOKING, then=F("state_changed_at")),
        When(state=gone, previous_state=ready, then=F("previous_state_changed_at")),
    )
    finished = kitchen.tickets.filter(business_date=clock.business_date(at), started_at__isnull=False)
    average = finished.annotate(finished_at=finished_at).aggregate(time=Avg(F("finished_at") - F("started_at")))["time"]
    return round(average.total_seconds() / 60, 1) if average is not None else None


def board(kitchen: Kitchen, *, at: datetime) -> Board:
    """Return the board. One query, whatever is on it."""
    by_state: dict[str, list[BoardTicket]] = {TicketState.WAITING: [], TicketState.COOKING: [], TicketState.READY: []}
    tickets = list((kitchen.tickets.on_board(at) | kitchen.tickets.in_load()).in_sequence())
    for ticket in tickets:
        state = TicketState.WAITING if ticket.is_waiting_at(at) else ticket.state
        if state in by_state:
            by_state[state].append(_board_ticket(ticket, at))
    return Board(
        waiting=by_state[TicketState.WAITING],
        cooking=by_state[TicketState.COOKING],
        ready=by_state[TicketState.READY],
        load=capacity.load_of(tickets),
        max_orders=kitchen.max_concurrent_orders,
        max_pizzas=kitchen.max_open_pizzas,
        oven_slots=kitchen.oven_slots,
        free_oven_slots=max(0, kitchen.oven_slots - len(by_state[TicketState.COOKING])),
        version=kitchen.version,
        is_paused=kitchen.is_paused(at),
        closed_reason=_closed_reason(kitchen, at),
        closed_until=None if kitchen.accepts_orders(at) else kitchen.opens_at(at),
    )


def _closed_reason(kitchen: Kitchen, at: datetime) -> str:
    if kitchen.is_paused(at):
        return kitchen.pause_reason or _("paused")
    return "" if kitchen.hours.is_open(at) else _("the shop is closed")


def quote(kitchen: Kitchen, *, pizza_minutes: Sequence[int], driving_minutes: int | None = None, at: datetime) -> Quote:
    """
    Return when an order placed now would be ready for pickup, and when delivered. One query; two with orders for later.

    :param pizza_minutes: minutes in the oven, one entry per pizza; of a typical pizza while nothing is chosen
    :param driving_minutes: to where it would be delivered; None: those of the shop's settings
    """
    tickets = list(Ticket.objects.filter(kitchen=kitchen).in_queue())
    is_open = kitchen.accepts_orders(at)
    shop = current_shop()
    later = slots.LaterOrder.of(pizza_minutes, method=FulfillmentMethod.PICKUP, shop=shop)
    takes_later = bool(slots_of(kitchen, later, tickets=tickets, at=at).offered)
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


def slots_of(
    kitchen: Kitchen, order: slots.LaterOrder, *, tickets: Sequence[Ticket] | None = None, at: datetime
) -> slots.Slots:
    """
    Return the quarters of an hour at which an order can be wanted. Two queries, none if none is offered at all.

    What they say holds only as long as the kitchen is locked.

    :param tickets: those in the queue, if they are loaded already
    """
    if kitchen.max_slot_pizzas is None:
        return slots.slots_for(kitchen, order, tickets=(), taken={}, at=at)
    if tickets is None:
        tickets = list(Ticket.objects.filter(kitchen=kitchen).in_queue())
    return slots.slots_for(kitchen, order, tickets=tickets, taken=booked_pizzas(kitchen, at=at), at=at)


def booked_pizzas(kitchen: Kitchen, *, at: datetime) -> dict[datetime, int]:
    """Return how many pizzas are booked for each slot that is not over, by its beginning. One query."""
    booked = kitchen.tickets.filter(slot_at__gte=slots.slot_of(at)).exclude(state=TicketState.WITHDRAWN)
    return dict(booked.values("slot_at").annotate(taken=Sum("pizzas")).values_list("slot_at", "taken"))


def load_of_orders(refs: "QuerySet[Any, tuple[UUID]]") -> Load:
    """
    Return the load of some orders. One query.

    :param refs: a query of their refs
    """
    sums = Ticket.objects.filter(ref__in=refs).aggregate(orders=Count("pk"), pizzas=Sum("pizzas"))
    return Load(orders=sums["orders"], pizzas=sums["pizzas"] or 0)


def undo_offers(*, by: Actor, at: datetime) -> list[UndoOffer]:
    """
    Return the actor's steps on tickets that they can still undo, newest first. One query.

    An order may have moved on meanwhile, by a driver who claimed it: then the undo is refused.

    :param at: by the database's clock
    """
    recent = Ticket.objects.filter(state_changed_by=str(by), state_changed_at__gt=at - undo.undo_window())
    return [
        UndoOffer(
            "undo_hand_over" if ticket.state == TicketState.GONE else "undo_step",
            ticket.ref,
            ticket.label,
            undo.seconds_left(ticket.state_changed_at, at),
        )
        for ticket in recent.order_by("-state_changed_at", "-id")[:MAX_UNDO_OFFERS]
        if ticket.can_be_undone(by, at)
    ]


def _board_ticket(ticket: Ticket, at: datetime) -> BoardTicket:
    day = clock.other_day(ticket.business_date, at=at) if ticket.business_date else ""
    return BoardTicket(
        ref=ticket.ref,
        label=_("%(ticket)s of %(day)s") % {"ticket": ticket.label, "day": day} if day else ticket.label,
        method=ticket.method,
        items=ticket.items,
        notes=ticket.notes,
        allergies=ticket.allergies,
        due_at=ticket.due_at,
        state_changed_at=ticket.state_changed_at,
        late=ticket.state != TicketState.READY and ticket.due_at < at,
    )
