"""Measuring a time, counting statements, and printing the statistics of many."""

import statistics
import time
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

TIMES = 60


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def count_statements(action: Callable[[], object]) -> int:
    """Return the number of SQL statements of an action, without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as statements:
        action()
    return len([query for query in statements if not query["sql"].startswith(("BEGIN", "COMMIT"))])


def print_statistics(name: str, seconds: list[float], more: str = "") -> None:
    p50, p95 = statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000
    print(f"{name:48} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {more}")
