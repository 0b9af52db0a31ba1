"""Old news: what is written into the log long after it happened, and nobody outside needs to hear of any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_old: ContextVar[bool] = ContextVar("old_news", default=False)


@contextmanager
def told_already() -> Iterator[None]:
    """Have everything that is recorded in this block count as told."""
    before = _is_old.set(True)
    try:
        yield
    finally:
        _is_old.reset(before)


def is_told_already() -> bool:
    """Tell whether what is recorded now is old news."""
    return _is_old.get()
