"""How late a ticket is: its colour and its shape on the board."""

from datetime import datetime, timedelta
from enum import StrEnum


class Lateness(StrEnum):
    ON_TIME = "on_time"
    SOON = "soon"
    LATE = "late"
    VERY_LATE = "very_late"


def lateness_of(due_at: datetime, *, warning_minutes: int, late_minutes: int, at: datetime) -> Lateness:
    """
    Return how late a ticket is. The board's script computes the same as time passes.

    :param warning_minutes: before it is due, a ticket is due soon
    :param late_minutes: after it was due, a ticket is very late
    """
    if due_at - at > timedelta(minutes=warning_minutes):
        return Lateness.ON_TIME
    if due_at >= at:
        return Lateness.SOON
    return Lateness.LATE if at - due_at < timedelta(minutes=late_minutes) else Lateness.VERY_LATE
