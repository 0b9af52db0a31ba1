"""Patience: how long to wait before something that failed is tried again."""

import random
from collections.abc import Callable
from datetime import timedelta


def backoff_delay(
    attempts: int, *, first: timedelta, longest: timedelta, jitter: Callable[[], float] = random.random
) -> timedelta:
    """
    Tell how long to wait after so many tries: twice as long each time, up to the longest.

    Up to a half is taken off by luck, so that what failed together does not come back together.

    :param tries: how often it was tried, from 1
    :param luck: gives a number from 0 (the shortest) to 1
    """
    full: timedelta = min(first * 2 ** (attempts - 1), longest)
    return full * (0.5 + jitter() / 2)
