"""Many people at once: real threads, each with a connection of its own to the real PostgreSQL."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from pizzeria.foundation.refusals import Refusal


def all_at_once[T](actions: Iterable[Callable[[], T]]) -> list[T | Refusal]:
    """Let every action begin at the same moment; give what each came to, refusals included. Faults are raised."""
    actions = list(actions)
    start = Barrier(len(actions))

    def begin(action: Callable[[], T]) -> T | Refusal:
        start.wait(timeout=30)
        try:
            return action()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(actions)) as people:
        return [done.result(timeout=120) for done in [people.submit(begin, action) for action in actions]]
