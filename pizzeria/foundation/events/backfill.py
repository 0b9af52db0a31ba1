"""Backfilling: recording events long after they happened, which need not be published any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_backfilling: ContextVar[bool] = ContextVar("backfilling", default=False)


@contextmanager
def backfilling() -> Iterator[None]:
    """Mark all events recorded in this block as already relayed."""
    before = _is_backfilling.set(True)
    try:
        yield
    finally:
        _is_backfilling.reset(before)


def is_backfilling() -> bool:
    """Return whether events recorded now are backfilled."""
    return _is_backfilling.get()
