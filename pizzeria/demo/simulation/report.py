"""What is told of an evening while it goes on, a line a step, and what is summed up at its end."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from pizzeria.foundation import clock, commands

type Tell = Callable[[str], object]

SUMMED_UP = ("ordered", "turned away", "handed over", "brought", "cancelled", "recalled", "came back", "refused")


def silently(_line: str) -> None:
    """Tell nobody."""


@contextmanager
def hushed_log() -> Iterator[None]:
    """Leave the line that each command logs out of it: here it is told in other words, or to nobody."""
    log = logging.getLogger(commands.__name__)
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


class Report:
    def __init__(self, tell: Tell = silently) -> None:
        self._tell = tell
        self.counts: Counter[str] = Counter()

    def line(self, at: datetime, what: str, *, counts_as: str = "") -> None:
        """Tell one step, with the time on the shop's wall clock, to the second."""
        self._tell(f"{at.astimezone(clock.shop_zone()):%H:%M:%S}  {what}")
        if counts_as:
            self.counts[counts_as] += 1

    @property
    def summary(self) -> str:
        """Say in a line what happened how often."""
        return ", ".join(f"{self.counts[what]} {what}" for what in SUMMED_UP if self.counts[what]) or "nothing happened"
