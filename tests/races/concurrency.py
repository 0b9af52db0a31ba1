"""Concurrent actions: real threads, each with a connection of its own to the real PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from threading import Barrier

from django.db import connection, connections
from django.db.models import Model

from pizzeria.foundation.refusals import Refusal

THREAD_TIMEOUT = 120  # seconds for which a thread waits for others: more than any machine in working order takes
WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def all_at_once[T](actions: Iterable[Callable[[], T]]) -> list[T | Refusal]:
    """Start all actions at the same moment; return their results, refusals included. Other exceptions are raised."""
    actions = list(actions)
    start = Barrier(len(actions))

    @with_a_connection
    def run_action(action: Callable[[], T]) -> T | Refusal:
        start.wait(timeout=THREAD_TIMEOUT)
        try:
            return action()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(max_workers=len(actions)) as executor:
        return [future.result() for future in [executor.submit(run_action, action) for action in actions]]


def with_a_connection[**P, T](work: Callable[P, T]) -> Callable[P, T]:
    """
    Return a function for a thread, which gets a database connection of its own, closed afterwards.

    The connection waits longer for a lock than the five seconds of the settings: many threads in a queue for one lock
    take longer on a loaded machine, and none of them is to be refused for that.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{THREAD_TIMEOUT}s'")
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return run


def without_lock[Rows](rows: Rows, **_options: bool) -> Rows:
    """Return the rows unlocked, in place of a queryset's `for_update`."""
    return rows


@contextmanager
def without_constraint(model: type[Model], name: str) -> Iterator[None]:
    """Drop a constraint of a model's table until the block ends; then empty the table, and what refers to its rows."""
    constraint = next(each for each in model._meta.constraints if each.name == name)
    with connection.schema_editor() as schema:
        schema.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {connection.ops.quote_name(model._meta.db_table)} CASCADE")
        with connection.schema_editor() as schema:
            schema.add_constraint(model, constraint)


def a_session_waits_for_a_lock() -> bool:
    """Return whether a session on this database waits for a lock of another session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the answer would never change
        cursor.execute(f"SELECT EXISTS (SELECT {WAITING})")
        return cursor.fetchone()[0]
