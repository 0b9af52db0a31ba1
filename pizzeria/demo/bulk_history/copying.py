"""
COPY into the tables, with or without their indexes and constraints.

Many rows are written several times faster if indexes, foreign keys and triggers are made, or checked, afterwards. That
happens in the caller's transaction: if it is rolled back, everything is as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from pizzeria.demo.bulk_history.tables import TABLES, Table

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
# Partial indexes stay: hardly any past row is in one.
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND indpred IS NULL AND NOT EXISTS (
        SELECT FROM pg_constraint WHERE conindid = indexrelid
    )
"""
# What the deferred triggers of the orders check row by row (orders/migrations/0002_triggers.py), at once.
_HALF_ORDERS = """
    SELECT count(*) FROM orders_order o WHERE seq = 0 OR num_nulls(
        number, business_date, placed_at, promise_from, promise_until,
        lines_total, adjustments_total, tax_total, tax_lines, tax_included, total
    ) > 0
"""
_WRONG_SUMS = """
    SELECT count(*) FROM orders_order o
    LEFT JOIN (SELECT order_id, sum(amount) AS sum FROM orders_orderadjustment GROUP BY order_id) a ON a.order_id = o.id
    WHERE o.adjustments_total <> coalesce(a.sum, 0) OR o.tax_total <> (
        SELECT coalesce(sum((line ->> 'tax')::numeric), 0) FROM jsonb_array_elements(o.tax_lines) line
    )
"""
_CHECK_NOW = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    "SET CONSTRAINTS ALL DEFERRED",
)  # a table with checks to do is not altered


class SumsDoNotAddUp(Exception):
    """Orders were written that the triggers of their table would have refused."""


def copy(lines: Mapping[Table, str]) -> None:
    """Copy lines into their tables, in the order of the tables' foreign keys."""
    for table in TABLES:
        if table in lines:
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
            )
            with connection.cursor() as cursor, cursor.copy(statement) as target:
                target.write(lines[table])


@contextmanager
def indexes_made_afterwards() -> Iterator[None]:
    """Drop indexes and foreign keys of the tables and disable their triggers during the block; check the rows after."""
    names = [table.name for table in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [names])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [names])
        indexes = cursor.fetchall()
    _run(_CHECK_NOW)
    _run(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names)
    _run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _definition in reversed(constraints))
    _run(f"DROP INDEX {name}" for name, _definition in indexes)
    yield
    _run(_CHECK_NOW)
    _run(["SET LOCAL maintenance_work_mem = '512MB'"])
    _run(definition for _name, definition in indexes)
    _run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in constraints)
    _run(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names)
    _refuse_wrong_orders()


def analyze() -> None:
    """Update the statistics by which PostgreSQL plans queries of the new rows."""
    _run(f"ANALYZE {table.name}" for table in TABLES)


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _refuse_wrong_orders() -> None:
    with connection.cursor() as cursor:
        for check in (_HALF_ORDERS, _WRONG_SUMS):
            cursor.execute(check)
            [(wrong,)] = cursor.fetchall()
            if wrong:
                raise SumsDoNotAddUp(f"{wrong} orders")
