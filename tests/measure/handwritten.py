"""
An order written by hand: the rows that `place_order` writes, with psycopg alone, under the kitchen's lock.

It takes as few statements as there can be: several rows of a table are one, and so are events and outbox entries; the
lock comes last, with the update of the kitchen, and the order's row is written once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Model
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable, Identifier, Placeholder
from psycopg.types.json import Jsonb

from kitchen.models import Kitchen, Ticket
from orders.models import Order, OrderAdjustment, OrderContact, OrderLine, OrderLinePart
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7

type Row = dict[str, Any]

_NEXT_ORDER = f"nextval(pg_get_serial_sequence('{Order._meta.db_table}', 'id'))"
_NEXT_NUMBER = f"""
    UPDATE {Kitchen._meta.db_table} SET last_number = last_number + 1, version = version + 1 WHERE id = %s
    RETURNING last_number
"""


@dataclass(frozen=True, slots=True)
class _Insert:
    """
    A statement that inserts rows of a table, as copies of others.

    :ivar rows: those to copy, without the primary keys that the database makes
    """

    sql: str
    rows: list[Row]

    @classmethod
    def like(cls, model: type[Model], rows: Iterable[Row]) -> Self:
        copied = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        statement = _insert(model, copied) + SQL(" RETURNING {}").format(Identifier(model._meta.pk.column))
        return cls(statement.as_string(), copied)

    @property
    def count(self) -> int:
        """Return the number of statements: none, if there is no row."""
        return bool(self.rows)

    def run(self, database: psycopg.Connection[Row], *changes: Row) -> list[Any]:
        """
        Insert a copy of each row; return their primary keys.

        :param changes: of each row, or the same of all
        """
        if not self.rows:
            return []
        of_each = changes if len(changes) > 1 else (changes or ({},)) * len(self.rows)
        values = [{**row, **changed}[name] for row, changed in zip(self.rows, of_each, strict=True) for name in row]
        return [next(iter(row.values())) for row in database.execute(self.sql, values)]


@dataclass(frozen=True, slots=True)
class HandwrittenOrder:
    """The rows of an order that was placed, of which each writer writes a copy."""

    kitchen_id: int
    key: _Insert
    contact: _Insert
    lines: _Insert
    parts: _Insert
    lines_of_parts: list[int]  # positions in `lines`
    adjustments: _Insert
    ticket: _Insert
    events: _Insert  # with their outbox entries
    order: _Insert

    @classmethod
    def like(cls, order: Order) -> Self:
        """Return the rows of a placed order."""
        lines = _rows(OrderLine, order=order)
        parts = [(position, part) for position, line in enumerate(lines) for part in _rows_of_parts(line)]
        events = _rows(StoredEvent, aggregate_ref=order.ref)
        return cls(
            kitchen_id=order.kitchen_id,
            key=_Insert.like(IdempotencyKey, _rows(IdempotencyKey, result_ref=order.ref)),
            contact=_contact_of_the_next_order(order),
            lines=_Insert.like(OrderLine, lines),
            parts=_Insert.like(OrderLinePart, [part for _position, part in parts]),
            lines_of_parts=[position for position, _part in parts],
            adjustments=_Insert.like(OrderAdjustment, _rows(OrderAdjustment, order=order)),
            ticket=_Insert.like(Ticket, _rows(Ticket, ref=order.ref)),
            events=_events_with_outbox_entries(events),
            order=_order_with_its_id(order),
        )

    @property
    def statements(self) -> int:
        """Return the number of statements of one order, without BEGIN and COMMIT."""
        next_number = 1
        inserts = (self.key, self.contact, self.lines, self.parts, self.adjustments, self.ticket, self.events)
        return sum(insert.count for insert in (*inserts, self.order)) + next_number

    def writer(self) -> Callable[[], None]:
        """Return a function that writes a copy, over a connection of its own."""
        database = connect()

        def write() -> None:
            with database.transaction():
                self.write_to(database, uuid7())

        return write

    def write_to(self, database: psycopg.Connection[Row], ref: UUID) -> None:
        """Write a copy with another ref, within a transaction."""
        self.key.run(database, {"key": uuid7(), "result_ref": ref})
        [order_id] = self.contact.run(database)
        of_order = {"order_id": order_id}
        line_ids = self.lines.run(database, of_order)
        self.parts.run(database, *({"line_id": line_ids[position]} for position in self.lines_of_parts))
        self.adjustments.run(database, of_order)
        kitchen = database.execute(_NEXT_NUMBER, [self.kitchen_id]).fetchone()  # which locks it
        assert kitchen
        self.ticket.run(database, {"ref": ref})
        self.events.run(database, {"aggregate_ref": ref})
        self.order.run(database, {"id": order_id, "ref": ref, "number": kitchen["last_number"]})


def _rows_of_parts(line: Row) -> list[Row]:
    return _rows(OrderLinePart, line_id=line["id"])


def _contact_of_the_next_order(order: Order) -> _Insert:
    """Return the insert of a contact, which gets the primary key of an order that is inserted after it."""
    [row] = _rows(OrderContact, order=order)
    rows = [{name: value for name, value in row.items() if name not in ("id", "order_id")}]
    insert = _insert(OrderContact, rows, order_id=SQL(_NEXT_ORDER))
    return _Insert(insert.as_string() + " RETURNING order_id", rows)


def _order_with_its_id(order: Order) -> _Insert:
    rows = _rows(Order, pk=order.pk)
    return _Insert(_insert(Order, rows).as_string() + " RETURNING id", rows)


def _events_with_outbox_entries(events: Sequence[Row]) -> _Insert:
    insert = _Insert.like(StoredEvent, events)
    entries = SQL("INSERT INTO {} (event_id, attempts, due_at) SELECT id, 0, now() FROM stored RETURNING event_id")
    entry = entries.format(Identifier(OutboxEntry._meta.db_table)).as_string()
    return _Insert(f"WITH stored AS ({insert.sql}) {entry}", insert.rows)


def _insert(model: type[Model], rows: Sequence[Row], **computed: SQL) -> Composable:
    """
    Return the statement that inserts so many rows.

    :param computed: expressions for further columns
    """
    columns = list(rows[0]) if rows else []
    row = SQL("({})").format(SQL(", ").join([*[Placeholder()] * len(columns), *computed.values()]))
    return SQL("INSERT INTO {} ({}) VALUES {}").format(
        Identifier(model._meta.db_table),
        SQL(", ").join(map(Identifier, [*columns, *computed])),
        SQL(", ").join([row] * len(rows)),
    )


def _rows(model: type[Model], **filters: Any) -> list[Row]:
    """Return the rows of a model by column, with JSON as psycopg takes it."""
    key = model._meta.pk.column
    keys = list(model._default_manager.filter(**filters).values_list("pk", flat=True))
    select = SQL("SELECT * FROM {} WHERE {} = ANY(%s) ORDER BY {}").format(
        Identifier(model._meta.db_table), Identifier(key), Identifier(key)
    )
    with connect() as database:
        rows = database.execute(select, [keys]).fetchall()
    return [
        {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()} for row in rows
    ]


def connect() -> psycopg.Connection[Row]:
    """Return a new connection to this process's database, which returns rows by column."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: parameters[name] for name in names if name in parameters}, row_factory=dict_row)
