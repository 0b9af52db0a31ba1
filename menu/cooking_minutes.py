"""
Minutes in the oven: those that a manager plans for a pizza, and those that are learned from what it really took.

Promises are computed with the learned minutes, which are bounded to between half and twice the planned ones: whatever
cooks tap, a manager's number is off by no more than that.
"""

import math
from datetime import timedelta

LEARNING_PERIOD = timedelta(days=28)  # what a pizza took is learned from the orders of so long
MIN_ORDERS = 20  # of fewer orders nothing is learned
MAX_FACTOR = 2


def expected_minutes(*, planned: int, learned: int | None) -> int:
    """Return the minutes that promises are computed with: the learned ones, within bounds, or the planned ones."""
    return planned if learned is None else _whole(_bounded(learned, planned=planned))


def newly_learned(measured: float, *, orders: int, planned: int, learned: int | None) -> int | None:
    """
    Return the minutes to be learned from a measurement; None: nothing is.

    That is if there were too few orders, or if promises would change by less than a minute.

    :param measured: the median of what the pizza took
    :param learned: what was learned before; None: nothing
    """
    minutes = _bounded(measured, planned=planned)
    if orders < MIN_ORDERS or abs(minutes - expected_minutes(planned=planned, learned=learned)) < 1:
        return None
    return _whole(minutes)


def _bounded(minutes: float, *, planned: int) -> float:
    return max(planned / MAX_FACTOR, min(planned * MAX_FACTOR, minutes))


def _whole(minutes: float) -> int:
    """Return whole minutes, half-up: what is rounded is within the bounds before, and so it is afterwards."""
    return math.floor(minutes + 0.5)
