"""Old news: what is written into the log long after it happened, and nobody outside needs to hear of any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_backfilling: ContextVar[bool] = ContextVar("backfilling", default=False)


@contextmanager
def backfilling() -> Iterator[None]:
    """Have everything that is recorded in this block count as told."""
    before = _is_backfilling.set(True)
    try:
        yield
    finally:
        _is_backfilling.reset(before)


def is_backfilling() -> bool:
    """Tell whether what is recorded now is old news."""
    return _is_backfilling.get()
