"""Backoff: how long to wait before a failed operation is tried again."""

import random
from collections.abc import Callable
from datetime import timedelta


def backoff_delay(
    attempts: int, *, first: timedelta, longest: timedelta, jitter: Callable[[], float] = random.random
) -> timedelta:
    """
    Return how long to wait after a number of attempts: twice as long each time, up to `longest`.

    Jitter takes off up to a half, so that operations that failed together are not tried again together.

    :param attempts: how often it was tried, from 1
    :param jitter: returns a number from 0 (the shortest delay) to 1
    """
    full: timedelta = min(first * 2 ** (attempts - 1), longest)
    return full * (0.5 + jitter() / 2)
