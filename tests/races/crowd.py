"""Many people at once: real threads, each with a connection of its own to the real PostgreSQL."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from threading import Barrier

from django.db import connection, connections

from pizzeria.foundation.refusals import Refusal

PATIENCE = 120  # seconds for which a thread waits for others: more than any machine in working order takes
WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def all_at_once[T](actions: Iterable[Callable[[], T]]) -> list[T | Refusal]:
    """Let every action begin at the same moment; give what each came to, refusals included. Faults are raised."""
    actions = list(actions)
    start = Barrier(len(actions))

    @with_a_connection
    def begin(action: Callable[[], T]) -> T | Refusal:
        start.wait(timeout=PATIENCE)
        try:
            return action()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(max_workers=len(actions)) as people:
        return [done.result() for done in [people.submit(begin, action) for action in actions]]


def with_a_connection[**P, T](work: Callable[P, T]) -> Callable[P, T]:
    """
    Give a function, run by a thread, a database connection of that thread's own, and close it afterwards.

    It waits longer for a lock than the five seconds of the settings: many in a queue for one lock take longer on a
    loaded machine, and nobody is to be told "busy" for that.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return run


def somebody_waits_for_a_lock() -> bool:
    """Return whether a session on this database waits for another's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would be told the same for ever
        cursor.execute(f"SELECT EXISTS (SELECT {WAITING})")
        return cursor.fetchone()[0]
