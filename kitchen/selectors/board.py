"""The read model of the board: its tickets by column, what is to be made of everything, and how busy the kitchen is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import capacity, slot_labels
from kitchen.capacity import Load
from kitchen.lateness import Lateness, lateness_of
from kitchen.models import Kitchen, Ticket, TicketChange, TicketState
from pizzeria.foundation import clock

COLUMNS = (TicketState.WAITING, TicketState.COOKING, TicketState.READY)


@dataclass(frozen=True, slots=True)
class BoardLine:
    """
    A line of a ticket as the card shows it.

    :param quantity: as text
    :param added, left_out, contains: names, separated by commas
    :param is_elsewhere: it is made at another station than the board's
    """

    quantity: str
    name: str
    size: str
    added: str
    left_out: str
    contains: str
    is_declared: bool
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """
    A card of the board. Its texts are ready to be shown, as a board has up to hundreds of cards.

    Equal cards look the same but for `times`: their HTML is kept by that.

    :param state: of the column that it stands in
    :param items: in the shape of `Ticket.items`
    :param due, wanted, held_since: moments as people write them; blank: no such moment
    :param target: "REF:SEQ", as its buttons name it
    :param seq_text, due_seconds: numbers as text; `due_seconds` is `due_at` since 1970, for the running clock
    :param clock: how long it is until it is due, or since then; like the lateness, it changes by itself
    :param change: one that no cook has acknowledged; blank: none
    """

    ref: UUID
    seq: int
    seq_text: str
    target: str
    state: str
    label: str  # "#42"; of another business day: "#42 of Sat 28 Nov"
    method: str
    items: Sequence[dict[str, Any]] = field(compare=False)  # `lines` says the same
    lines: tuple[BoardLine, ...]
    notes: str
    allergies: str
    due_at: datetime
    due: str
    due_seconds: str
    clock: str = field(compare=False)
    lateness: Lateness = field(compare=False)
    state_changed_at: datetime
    wanted: str
    held_since: str
    is_priority: bool
    is_unseen: bool
    change: str

    @property
    def late(self) -> bool:
        """Return whether it was due before now."""
        return self.lateness in (Lateness.LATE, Lateness.VERY_LATE)

    @property
    def times(self) -> tuple[str, str, str]:
        """Return what the card says of the time, in the order of its HTML: lateness, clock, "late" to be read out."""
        return self.lateness.value, self.clock, _("late") if self.late else ""


@dataclass(frozen=True, slots=True)
class AllDayCount:
    """How many of a dish, or of an added topping, are still to be made."""

    name: str
    count: int
    is_topping: bool


@dataclass(frozen=True, slots=True)
class Station:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Board:
    """
    :param station: the slug of the station that the board is for; blank: for all of them
    :param stations: of the tickets on the board
    :param all_day: of what waits and cooks
    """

    waiting: list[BoardTicket]
    cooking: list[BoardTicket]
    ready: list[BoardTicket]
    station: str
    stations: list[Station]
    all_day: list[AllDayCount]
    load: Load
    max_orders: int
    max_pizzas: int | None  # None: no limit beside that of the orders
    oven_slots: int
    free_oven_slots: int
    warning_minutes: int
    late_minutes: int
    unseen_seconds: int
    version: int
    is_paused: bool
    is_full: bool
    closed_reason: str  # why no orders are accepted, also "closed" by the opening hours; blank: they are accepted
    closed_until: datetime | None  # None: open, or closed until further notice
    takes_later: bool  # orders for later are taken, also while none are as soon as possible

    @property
    def unseen(self) -> list[BoardTicket]:
        """Return the tickets that no cook has seen yet."""
        return [ticket for ticket in self.waiting if ticket.is_unseen]


def board(kitchen: Kitchen, *, station: str = "", at: datetime) -> Board:
    """
    Return the board. One query, whatever is on it.

    :param station: the slug of a menu category: without the tickets that have nothing of it; blank: all tickets
    """
    tickets = list((kitchen.tickets.on_board(at) | kitchen.tickets.in_load()).in_sequence())
    shown = [ticket for ticket in tickets if _column_of(ticket, at) in COLUMNS and _is_at(ticket, station)]
    columns: dict[str, list[BoardTicket]] = {state: [] for state in COLUMNS}
    as_card = _Cards(kitchen, station=station, at=at)
    for ticket in shown:
        columns[_column_of(ticket, at)].append(as_card(ticket))
    cooking = sum(ticket.state == TicketState.COOKING for ticket in tickets)
    load = capacity.load_of(tickets)
    return Board(
        waiting=columns[TicketState.WAITING],
        cooking=columns[TicketState.COOKING],
        ready=columns[TicketState.READY],
        station=station,
        stations=_stations_of(tickets),
        all_day=_all_day(columns[TicketState.WAITING] + columns[TicketState.COOKING]),
        load=load,
        max_orders=kitchen.max_concurrent_orders,
        max_pizzas=kitchen.max_open_pizzas,
        oven_slots=kitchen.oven_slots,
        free_oven_slots=max(0, kitchen.oven_slots - cooking),
        warning_minutes=kitchen.warning_minutes,
        late_minutes=kitchen.late_minutes,
        unseen_seconds=kitchen.unseen_seconds,
        version=kitchen.version,
        is_paused=kitchen.is_paused(at),
        is_full=capacity.is_full(kitchen, load),
        closed_reason=_closed_reason(kitchen, at),
        closed_until=None if kitchen.accepts_orders(at) else kitchen.opens_at(at),
        takes_later=kitchen.max_slot_pizzas is not None,
    )


def _closed_reason(kitchen: Kitchen, at: datetime) -> str:
    if kitchen.is_paused(at):
        return kitchen.pause_reason or _("paused")
    return "" if kitchen.hours.is_open(at) else _("the shop is closed")


def _column_of(ticket: Ticket, at: datetime) -> str:
    """Return the state of the column that a ticket stands in: a cancelled one where it was, one for later waits."""
    if ticket.state == TicketState.WITHDRAWN:
        was_scheduled = ticket.previous_state == TicketState.SCHEDULED  # on paper: its start was undone
        return TicketState.WAITING if was_scheduled else ticket.previous_state
    return TicketState.WAITING if ticket.is_waiting_at(at) else ticket.state


# --- Stations ---


def _station_slug(item: dict[str, Any]) -> str:
    return item["station"]["slug"] if item.get("station") else ""


def _is_at(ticket: Ticket, station: str) -> bool:
    """Return whether a station has to do with a ticket; one with an item of no station belongs to all of them."""
    return not station or not ticket.items or any(_station_slug(item) in ("", station) for item in ticket.items)


def _stations_of(tickets: Iterable[Ticket]) -> list[Station]:
    found = {
        item["station"]["slug"]: item["station"]["name"]
        for ticket in tickets
        for item in ticket.items
        if item.get("station")
    }
    return [Station(slug, found[slug]) for slug in sorted(found)]


def _all_day(tickets: Iterable[BoardTicket]) -> list[AllDayCount]:
    """Count the dishes and the added toppings of tickets, the most frequent first; without other stations' lines."""
    dishes: Counter[str] = Counter()
    toppings: Counter[str] = Counter()
    for ticket in tickets:
        for item, line in zip(ticket.items, ticket.lines, strict=True):
            if not line.is_elsewhere and ticket.change != TicketChange.CANCELLED:
                dishes[line.name] += item["quantity"]
                toppings.update(dict.fromkeys(item["added"], item["quantity"]))
    return [
        AllDayCount(name, count, is_topping)
        for counter, is_topping in ((dishes, False), (toppings, True))
        for name, count in sorted(counter.items(), key=lambda counted: (-counted[1], counted[0]))
    ]


# --- Cards ---


class _Cards:
    """Makes the cards of one board; what they have in common is computed once."""

    def __init__(self, kitchen: Kitchen, *, station: str, at: datetime) -> None:
        self._kitchen, self._station, self._at = kitchen, station, at
        self._today = clock.business_date(at)
        self._time_text = clock.day_and_time_formatter(at=at)

    def __call__(self, ticket: Ticket) -> BoardTicket:
        at = self._at
        seconds = int((ticket.due_at - at).total_seconds())
        return BoardTicket(
            ref=ticket.ref,
            seq=ticket.seq,
            seq_text=str(ticket.seq),
            target=f"{ticket.ref}:{ticket.seq}",
            state=_column_of(ticket, at),
            label=self._label(ticket),
            method=ticket.method,
            items=ticket.items,
            lines=tuple(self._line(item) for item in ticket.items),
            notes=ticket.notes,
            allergies=ticket.allergies,
            due_at=ticket.due_at,
            due=self._time_text(ticket.due_at),
            due_seconds=str(int(ticket.due_at.timestamp())),
            clock=_("in %(minutes)d min") % {"minutes": seconds // 60}
            if seconds >= 0
            else _("+%(minutes)d min") % {"minutes": -seconds // 60},
            lateness=self._lateness(ticket),
            state_changed_at=ticket.state_changed_at,
            wanted=slot_labels.label(ticket.wanted_at, at=at) if ticket.wanted_at else "",
            held_since=self._time_text(ticket.on_hold_since) if ticket.on_hold_since else "",
            is_priority=ticket.is_priority and ticket.is_waiting_at(at),
            is_unseen=ticket.is_unseen,
            change=ticket.unacknowledged_change,
        )

    def _lateness(self, ticket: Ticket) -> Lateness:
        if ticket.state == TicketState.WITHDRAWN:
            return Lateness.ON_TIME
        minutes = {"warning_minutes": self._kitchen.warning_minutes, "late_minutes": self._kitchen.late_minutes}
        return lateness_of(ticket.due_at, **minutes, at=self._at)

    def _label(self, ticket: Ticket) -> str:
        if ticket.business_date in (None, self._today):
            return ticket.label
        day = clock.other_day(ticket.business_date, at=self._at)
        return _("%(ticket)s of %(day)s") % {"ticket": ticket.label, "day": day}

    def _line(self, item: dict[str, Any]) -> BoardLine:
        return BoardLine(
            quantity=str(item["quantity"]),
            name=item["name"],
            size=item["size"],
            added=", ".join(item["added"]),
            left_out=", ".join(item["left_out"]),
            contains=", ".join(item.get("contains", ())),
            is_declared=item.get("is_declared", False),
            is_elsewhere=bool(self._station) and _station_slug(item) not in ("", self._station),
        )
