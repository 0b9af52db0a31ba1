"""The scheduler of a simulated evening, and the paces at which the evening passes."""

import heapq
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal

type Pace = Callable[[timedelta], datetime]
"""Waits until so much time of the evening has passed, and returns the time with which the commands run then."""

type Step = Callable[[datetime], None]


def simulated_pace(begins: datetime) -> Pace:
    """Return a pace that does not wait; commands run with the simulated time."""
    return lambda elapsed: begins + elapsed


def real_time_pace(
    speed: float, *, now: Callable[[], datetime] = clock.now, sleep: Callable[[float], None] = time.sleep
) -> Pace:
    """
    Return a pace that waits for the steps' time divided by the speed: at 60 an hour of the evening takes a minute.

    Commands run with the real time, because it is shown on every page that people watch.
    """
    begun = now()

    def wait(elapsed: timedelta) -> datetime:
        remaining = begun + elapsed / speed - now()
        if remaining > timedelta():
            sleep(remaining.total_seconds())
        return now()

    return wait


class Scheduler:
    """The schedule of an evening: runs each step at its time. A refused step is reported, and the next one runs."""

    def __init__(self, pace: Pace, *, on_refusal: Callable[[datetime, Refusal], None]) -> None:
        self._pace, self._on_refusal = pace, on_refusal
        self._steps: list[tuple[timedelta, int, Step]] = []
        self._order = count()
        self._elapsed = timedelta()

    def schedule(self, minutes: float, step: Step) -> None:
        """Schedule a step for so many of the evening's minutes from now."""
        heapq.heappush(self._steps, (self._elapsed + timedelta(minutes=minutes), next(self._order), step))

    def run(self) -> None:
        """Run every step, including those that are scheduled meanwhile."""
        while self._steps:
            self._elapsed, _order, step = heapq.heappop(self._steps)
            at = self._pace(self._elapsed)
            try:
                step(at)
            except Refusal as refusal:
                self._on_refusal(at, refusal)

    def now(self) -> datetime:
        """Return the time that commands run with now."""
        return self._pace(self._elapsed)
