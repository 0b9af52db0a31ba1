"""
Replay: rebuilding orders from their events, and naming each difference between the rows and the events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from orders.events import OrderLinkedToCustomer, OrderPlaced
from orders.models import Order, OrderAdjustment, OrderLine, OrderLinePart
from orders.services.order_lines import adjustment_rows, line_rows, part_rows
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent

BATCH_SIZE = 500
_ORDER = [
    field.attname
    for field in Order._meta.concrete_fields
    if field.name not in ("id", "ref", "kitchen", "customer")  # kitchen and customer are compared by ref
]
_LINE = [field.attname for field in OrderLine._meta.concrete_fields if field.name not in ("id", "order")]
_ADJUSTMENT = [field.attname for field in OrderAdjustment._meta.concrete_fields if field.name not in ("id", "order")]
_PART = [field.attname for field in OrderLinePart._meta.concrete_fields if field.name not in ("id", "line")]


def differences() -> Iterator[str]:
    """Rebuild every order and its lines from the stream, and yield each difference from the rows as a sentence."""
    orders = (
        Order.objects.select_related("kitchen", "customer")
        .prefetch_related("lines__parts", "adjustments")
        .order_by("id")
    )
    batch: list[Order] = []
    for order in orders.iterator(chunk_size=BATCH_SIZE):
        batch.append(order)
        if len(batch) == BATCH_SIZE:
            yield from _differences_of(batch)
            batch = []
    yield from _differences_of(batch)
    yield from _orphans()


@dataclass(slots=True)
class RebuiltOrder:
    """
    An order rebuilt from its events.

    :param placed: the event that placed the order; it holds the order's lines
    :param customer: the customer's ref; None: a guest's order
    """

    order: Order
    placed: OrderPlaced | None = None
    customer: UUID | None = None


def rebuild(ref: UUID, events: Iterable[StoredEvent]) -> RebuiltOrder:
    """
    Rebuild an order's row from its events.

    :raises EventUnreadable: this release cannot load one of them
    """
    rebuilt = RebuiltOrder(Order(ref=ref))
    for domain_event in domain_events.apply_all(rebuilt.order, events):
        if isinstance(domain_event, OrderPlaced):
            rebuilt.placed = domain_event
        if isinstance(domain_event, OrderPlaced | OrderLinkedToCustomer):
            rebuilt.customer = domain_event.customer
    return rebuilt


def _differences_of(orders: list[Order]) -> Iterator[str]:
    streams: dict[UUID, list[StoredEvent]] = defaultdict(list)
    for event in StoredEvent.objects.filter(aggregate_ref__in=[order.ref for order in orders]).order_by(
        "aggregate_ref", "seq"
    ):
        streams[event.aggregate_ref].append(event)
    for order in orders:
        yield from _differences(order, streams[order.ref])


def _differences(order: Order, events: list[StoredEvent]) -> Iterator[str]:
    name = f"order {order.ref}"
    seqs = [event.seq for event in events]
    if seqs != list(range(1, len(seqs) + 1)):
        yield f"{name}: its events are numbered {seqs}"
    try:
        rebuilt = rebuild(order.ref, events)
    except domain_events.EventUnreadable as unreadable:
        yield f"{name}: {unreadable}"
        return
    yield from _compare(name, _ORDER, row=order, rebuilt=rebuilt.order)
    if (placed := rebuilt.placed) is None:
        yield f"{name}: was never placed"
        return
    if order.kitchen.ref != placed.kitchen:
        yield f"{name}: kitchen is {order.kitchen.ref}, its events say {placed.kitchen}"
    customer = order.customer.ref if order.customer else None
    if customer != rebuilt.customer:
        yield f"{name}: customer is {customer}, its events say {rebuilt.customer}"
    yield from _line_differences(name, order, placed)
    yield from _adjustment_differences(name, order, placed)


def _line_differences(name: str, order: Order, placed: OrderPlaced) -> Iterator[str]:
    rows = list(order.lines.all())
    if len(rows) != len(placed.lines):
        yield f"{name}: has {len(rows)} lines, its events say {len(placed.lines)}"
        return
    for row, line, expected in zip(rows, line_rows(order, placed.lines), placed.lines, strict=True):
        yield from _compare(f"{name}, line {row.position}", _LINE, row=row, rebuilt=line)
        parts = list(row.parts.all())
        if len(parts) != len(expected.parts):
            yield f"{name}, line {row.position}: has {len(parts)} parts, its events say {len(expected.parts)}"
            continue
        for part, rebuilt in zip(parts, part_rows(row, expected), strict=True):
            yield from _compare(f"{name}, line {row.position}, part {part.position}", _PART, row=part, rebuilt=rebuilt)


def _adjustment_differences(name: str, order: Order, placed: OrderPlaced) -> Iterator[str]:
    rows, rebuilt = list(order.adjustments.all()), adjustment_rows(order, placed.adjustments)
    if len(rows) != len(rebuilt):
        yield f"{name}: has {len(rows)} adjustments, its events say {len(rebuilt)}"
        return
    for row, adjustment in zip(rows, rebuilt, strict=True):
        yield from _compare(f"{name}, adjustment {row.position}", _ADJUSTMENT, row=row, rebuilt=adjustment)


def _compare(name: str, fields: list[str], *, row: Any, rebuilt: Any) -> Iterator[str]:
    for field in fields:
        actual, expected = getattr(row, field), getattr(rebuilt, field)
        if actual != expected:
            yield f"{name}: {field} is {actual}, its events say {expected}"


def _orphans() -> Iterator[str]:
    """Yield a sentence for each order stream whose row no longer exists."""
    rows = Order.objects.filter(ref=OuterRef("aggregate_ref"))
    first = StoredEvent.objects.filter(stream=Order.stream, seq=1).exclude(Exists(rows))
    for event in first:
        yield f"order {event.aggregate_ref}: has events, but no row"
