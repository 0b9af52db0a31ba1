"""The report of a simulated evening: one line for each step, and a summary of counts at the end."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from pizzeria.foundation import clock, commands

type WriteLine = Callable[[str], object]

SUMMARY_COUNTS = ("ordered", "turned away", "handed over", "brought", "cancelled", "recalled", "came back", "refused")


def discard(_line: str) -> None:
    """Discard the line."""


@contextmanager
def command_log_suppressed() -> Iterator[None]:
    """Suppress the log line of each command during the block: the report prints its own line, or none."""
    log = logging.getLogger(commands.__name__)
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


class Report:
    def __init__(self, write_line: WriteLine = discard) -> None:
        self._write_line = write_line
        self.counts: Counter[str] = Counter()

    def line(self, at: datetime, what: str, *, counts_as: str = "") -> None:
        """Report one step, with the shop's wall-clock time to the second, and count it under ``counts_as`` if given."""
        self._write_line(f"{at.astimezone(clock.shop_zone()):%H:%M:%S}  {what}")
        if counts_as:
            self.counts[counts_as] += 1

    @property
    def summary(self) -> str:
        """Return the counts in one line."""
        return (
            ", ".join(f"{self.counts[what]} {what}" for what in SUMMARY_COUNTS if self.counts[what])
            or "nothing happened"
        )
