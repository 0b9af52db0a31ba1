"""The kitchen as the API shows it, and the bodies of its commands."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.selectors import Board, BoardTicket, KitchenLoad
from pizzeria.foundation.api.schemas import RequestBody, ResponseBody, Until, cleaned_by, with_example


class TicketRecord(ResponseBody):
    id: UUID = Field(description="The order's id")
    number: int = Field(examples=[42])
    status: TicketState = Field(description="`held`: being paid; `scheduled`: for later")
    due: datetime = Field(description="When it should come out of the oven")
    since: datetime = Field(description="Since when it has this status")


class KitchenStatus(ResponseBody):
    accepts_orders: bool = Field(description="Orders as soon as possible: the shop is open, and not paused")
    is_open: bool = Field(description="By the opening hours")
    opens_at: datetime | None = Field(
        description="When orders are accepted next; null: they are, or it is not known when they will be"
    )
    closes_at: datetime | None = Field(
        description="When the shop closes by its opening hours; null: it is closed, or open around the clock"
    )
    pause_reason: str | None
    paused_until: datetime | None = Field(description="Null: not paused, or until further notice")
    current_capacity: int = Field(description="Open orders: being paid, waiting or cooking", examples=[7])
    max_concurrent_orders: int = Field(examples=[20])
    open_pizzas: int = Field(examples=[12])
    max_open_pizzas: int | None = Field(description="Null: no limit beside that of the orders")
    oven_slots: int = Field(description="How many orders cook at once", examples=[5])
    is_at_capacity: bool
    active_orders: list[TicketRecord] = Field(description="The open orders, in the order they are due")
    average_cooking_time: float | None = Field(
        description="Minutes from start to finish, measured on this business day; null: none is finished yet",
        examples=[9.5],
    )


class TicketItem(ResponseBody):
    quantity: int
    name: str = Field(examples=["Margherita"])
    size: str = Field(examples=["Large"])
    added: list[str]
    left_out: list[str]
    contains: list[str] = Field(default=[], description="Allergens, as far as they are declared")
    is_declared: bool = Field(default=False, description="Whether all of its allergens are declared")


class QueuedTicket(ResponseBody):
    id: UUID = Field(description="The order's id")
    label: str = Field(description="With the day, if it is another than today", examples=["#42"])
    method: FulfillmentMethod
    items: list[TicketItem]
    notes: str
    allergies: str
    due: datetime
    since: datetime = Field(description="Since when it is in this part of the queue")
    is_late: bool


class Queue(ResponseBody):
    waiting: list[QueuedTicket] = Field(description="In the order they are due")
    cooking: list[QueuedTicket]
    ready: list[QueuedTicket]
    free_oven_slots: int


class CapacityChange(RequestBody):
    """New limits. Those that are absent stay as they are."""

    model_config = with_example(max_concurrent_orders=25, max_open_pizzas=60, oven_slots=6)

    max_concurrent_orders: Annotated[
        int,
        Field(strict=True, description="Open orders at most", examples=[25]),
        cleaned_by(CapacityForm.base_fields["max_concurrent_orders"]),
    ] = None  # type: ignore[assignment]  # absent: `limits` leaves it out
    oven_slots: Annotated[
        int,
        Field(strict=True, description="Orders that cook at once", examples=[6]),
        cleaned_by(CapacityForm.base_fields["oven_slots"]),
    ] = None  # type: ignore[assignment]
    max_open_pizzas: (
        Annotated[int, Field(strict=True), cleaned_by(CapacityForm.base_fields["max_open_pizzas"])] | None
    ) = Field(default=None, description="Open pizzas at most; null: no limit beside that of the orders", examples=[60])

    @model_validator(mode="after")
    def _changes_something(self) -> "CapacityChange":
        if not self.model_fields_set:
            raise PydanticCustomError("missing", "At least one of the limits is required.")
        return self

    def limits(self) -> dict[str, Any]:
        """Return the limits that are given."""
        return self.model_dump(exclude_unset=True)


class PauseRequest(RequestBody):
    model_config = with_example(reason="Oven check", until=None)

    reason: Annotated[
        str,
        Field(description="For customers to read", examples=["Oven check"]),
        cleaned_by(PauseForm.base_fields["reason"]),
    ]
    until: Until | None = Field(
        default=None, description="When orders are accepted again; null: when the kitchen is resumed"
    )


def ticket_record(ticket: Ticket) -> TicketRecord:
    return TicketRecord(
        id=ticket.ref,
        number=int(ticket.label.removeprefix("#")),
        status=TicketState(ticket.state),
        due=ticket.due_at,
        since=ticket.state_changed_at,
    )


def kitchen_status(kitchen: Kitchen, busy: KitchenLoad, *, at: datetime) -> KitchenStatus:
    accepts_orders, is_paused = kitchen.accepts_orders(at), kitchen.is_paused(at)
    return KitchenStatus(
        accepts_orders=accepts_orders,
        is_open=kitchen.hours.is_open(at),
        opens_at=None if accepts_orders else kitchen.opens_at(at),
        closes_at=kitchen.hours.closes_at(at),
        pause_reason=kitchen.pause_reason if is_paused else None,
        paused_until=kitchen.paused_until if is_paused else None,
        current_capacity=busy.load.orders,
        max_concurrent_orders=kitchen.max_concurrent_orders,
        open_pizzas=busy.load.pizzas,
        max_open_pizzas=kitchen.max_open_pizzas,
        oven_slots=kitchen.oven_slots,
        is_at_capacity=busy.is_at_capacity,
        active_orders=[ticket_record(ticket) for ticket in busy.tickets],
        average_cooking_time=busy.average_cooking_minutes,
    )


def queue_record(board: Board) -> Queue:
    return Queue(
        waiting=[_queued(ticket) for ticket in board.waiting],
        cooking=[_queued(ticket) for ticket in board.cooking],
        ready=[_queued(ticket) for ticket in board.ready],
        free_oven_slots=board.free_oven_slots,
    )


def _queued(ticket: BoardTicket) -> QueuedTicket:
    return QueuedTicket(
        id=ticket.ref,
        label=ticket.label,
        method=FulfillmentMethod(ticket.method),
        items=[TicketItem.model_validate(item) for item in ticket.items],
        notes=ticket.notes,
        allergies=ticket.allergies,
        due=ticket.due_at,
        since=ticket.state_changed_at,
        is_late=ticket.late,
    )
