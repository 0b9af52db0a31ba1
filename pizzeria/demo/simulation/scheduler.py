"""What is to be done and when, and how fast the evening goes by."""

import heapq
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal

type Pace = Callable[[timedelta], datetime]
"""Let the evening go on until so much of it has passed; give the time that the commands are told then."""

type Step = Callable[[datetime], None]


def at_once(begins: datetime) -> Pace:
    """Wait for nothing: the commands are told the evening's own time."""
    return lambda passed: begins + passed


def watched(
    speed: float, *, now: Callable[[], datetime] = clock.now, sleep: Callable[[float], None] = time.sleep
) -> Pace:
    """
    Wait as long as it takes, divided by the speed: at 60 an hour of the evening takes a minute.

    The commands are told the real time, because those who watch read it on every page.
    """
    begun = now()

    def wait(passed: timedelta) -> datetime:
        left = begun + passed / speed - now()
        if left > timedelta():
            sleep(left.total_seconds())
        return now()

    return wait


class Scheduler:
    """The steps of an evening, each done when its time has come. What the shop refuses is told, and life goes on."""

    def __init__(self, pace: Pace, *, on_refusal: Callable[[datetime, Refusal], None]) -> None:
        self._pace, self._on_refusal = pace, on_refusal
        self._steps: list[tuple[timedelta, int, Step]] = []
        self._order = count()
        self._passed = timedelta()

    def later(self, minutes: float, step: Step) -> None:
        """Have something done so many of the evening's minutes from now."""
        heapq.heappush(self._steps, (self._passed + timedelta(minutes=minutes), next(self._order), step))

    def run(self) -> None:
        """Do everything, also what comes up meanwhile."""
        while self._steps:
            self._passed, _order, step = heapq.heappop(self._steps)
            at = self._pace(self._passed)
            try:
                step(at)
            except Refusal as refusal:
                self._on_refusal(at, refusal)

    def now(self) -> datetime:
        """Tell the time."""
        return self._pace(self._passed)
