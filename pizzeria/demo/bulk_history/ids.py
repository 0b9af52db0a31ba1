"""Ids of new rows, taken from a table's own sequence, so that rows which others insert meanwhile get other ids."""

from collections.abc import Iterator

from django.db import connection

from pizzeria.demo.bulk_history.tables import Table


def new_ids(table: Table, *, block: int) -> Iterator[int]:
    """Yield ids without end; so many at a time are taken from the sequence."""
    while True:
        with connection.cursor() as cursor:
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table.name, block])
            ids = [row[0] for row in cursor.fetchall()]
        yield from ids
