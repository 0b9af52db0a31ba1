"""An order written by hand: the rows that `place_order` writes, with psycopg alone, under the kitchen's lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Model
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from kitchen.models import Ticket
from orders.models import Order, OrderAdjustment, OrderContact, OrderLine, OrderLinePart
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandwrittenOrder:
    """The rows of an order that was placed, of which each writer writes a copy."""

    order: Row
    contact: Row
    lines: list[tuple[Row, list[Row]]]  # each with its parts
    adjustments: list[Row]
    ticket: Row
    events: list[tuple[Row, Row]]  # each with its outbox entry
    key: Row

    @classmethod
    def like(cls, order: Order) -> Self:
        """Return the rows of a placed order."""
        events = StoredEvent.objects.filter(aggregate_ref=order.ref)
        return cls(
            order=_rows(Order, pk=order.pk)[0],
            contact=_rows(OrderContact, order=order)[0],
            lines=[(line, _rows(OrderLinePart, line_id=line["id"])) for line in _rows(OrderLine, order=order)],
            adjustments=_rows(OrderAdjustment, order=order),
            ticket=_rows(Ticket, ref=order.ref)[0],
            events=[(_rows(StoredEvent, pk=event.pk)[0], _new_outbox_entry(event)) for event in events],
            key=_rows(IdempotencyKey, result_ref=order.ref)[0],
        )

    @property
    def statements(self) -> int:
        """Return the number of statements of one order, without BEGIN and COMMIT."""
        parts = sum(len(parts) for _line, parts in self.lines)
        locked_and_updated = 3  # the kitchen is locked, kitchen and order are updated
        return 4 + len(self.lines) + parts + len(self.adjustments) + 2 * len(self.events) + locked_and_updated

    def writer(self) -> Callable[[], None]:
        """Return a function that writes a copy, over a connection of its own."""
        database = psycopg.connect(**_connection_parameters(), row_factory=dict_row)

        def write() -> None:
            with database.transaction():
                self._write(database, uuid7())

        return write

    def _write(self, database: psycopg.Connection[Row], ref: UUID) -> None:
        _insert(database, IdempotencyKey, self.key, key=uuid7(), result_ref=ref)
        unnumbered = dict.fromkeys(("number", "business_date"))
        order_id = _insert(database, Order, self.order, ref=ref, **unnumbered)
        _insert(database, OrderContact, self.contact, order_id=order_id)
        for line, parts in self.lines:
            line_id = _insert(database, OrderLine, line, order_id=order_id)
            for part in parts:
                _insert(database, OrderLinePart, part, line_id=line_id)
        for adjustment in self.adjustments:
            _insert(database, OrderAdjustment, adjustment, order_id=order_id)

        kitchen = database.execute(
            "SELECT * FROM kitchen_kitchen WHERE id = %s FOR NO KEY UPDATE", [self.order["kitchen_id"]]
        ).fetchone()
        assert kitchen
        number = kitchen["last_number"] + 1
        database.execute(
            "UPDATE kitchen_kitchen SET last_number = %s, version = version + 1 WHERE id = %s", [number, kitchen["id"]]
        )
        _insert(database, Ticket, self.ticket, ref=ref)
        for event, entry in self.events:
            event_id = _insert(database, StoredEvent, event, aggregate_ref=ref)
            _insert(database, OutboxEntry, entry, event_id=event_id)
        database.execute(
            "UPDATE orders_order SET number = %s, business_date = %s WHERE id = %s",
            [number, self.order["business_date"], order_id],
        )


def _new_outbox_entry(event: StoredEvent) -> Row:
    """Return an event's outbox entry as it was written: a worker may have relayed it since."""
    return {**_rows(OutboxEntry, pk=event.pk)[0], "attempts": 0, "relayed_at": None}


def _rows(model: type[Model], **filters: Any) -> list[Row]:
    """Return the rows of a model by column, with JSON as psycopg takes it."""
    key = model._meta.pk.column
    keys = list(model._default_manager.filter(**filters).values_list("pk", flat=True))
    select = SQL("SELECT * FROM {} WHERE {} = ANY(%s) ORDER BY {}").format(
        Identifier(model._meta.db_table), Identifier(key), Identifier(key)
    )
    with psycopg.connect(**_connection_parameters(), row_factory=dict_row) as database:
        rows = database.execute(select, [keys]).fetchall()
    return [
        {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()} for row in rows
    ]


def _insert(database: psycopg.Connection[Row], model: type[Model], row: Mapping[str, Any], **changes: Any) -> Any:
    """Insert a copy of a row, with a new primary key if the database makes one; return the primary key."""
    generated = {"id"} if "id" in row else set()
    values = {name: value for name, value in {**row, **changes}.items() if name not in generated}
    statement = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        Identifier(model._meta.db_table),
        SQL(", ").join(map(Identifier, values)),
        SQL(", ").join(Placeholder() * len(values)),
        Identifier(model._meta.pk.column),
    )
    inserted = database.execute(statement, list(values.values())).fetchone()
    return inserted and inserted[model._meta.pk.column]


def _connection_parameters() -> Row:
    parameters = connection.get_connection_params()
    return {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
