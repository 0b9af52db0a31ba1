"""How long a step can be undone. The one rule for tickets, for orders, and for when their guests are notified."""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings

UNDO_MARGIN = timedelta(seconds=2)  # for the commit of an undo, and between the clocks of two machines


def undo_window() -> timedelta:
    """Return how long a step can be undone: ten seconds, unless the settings say otherwise."""
    return timedelta(seconds=settings.SHOP_UNDO_SECONDS)


def is_recent(step_at: datetime, at: datetime) -> bool:
    """Return whether a step can still be undone, as far as its time is concerned."""
    return at - step_at < undo_window()


def seconds_left(step_at: datetime, at: datetime) -> int:
    """Return how many seconds a step can still be undone, rounded up."""
    return ceil((undo_window() - (at - step_at)).total_seconds())


def final_from(step_at: datetime) -> datetime:
    """Return from when on a step is final: it can no longer be undone, and no undo is still on its way."""
    return step_at + undo_window() + UNDO_MARGIN if undo_window() else step_at
