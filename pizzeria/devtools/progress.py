"""Progress output of the development commands, such as the demo's while it opens."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class Step:
    """A line of progress; ``title`` may be changed to a more specific one while the step runs."""

    title: str


def say(text: str = "") -> None:
    encoding = sys.stdout.encoding or "ascii"
    with suppress(OSError):  # the terminal is gone; the processes still have to be stopped
        print(text.encode(encoding, errors="replace").decode(encoding), flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Print the step's title and its duration in seconds after the block, unless the block raises."""
    began, line = time.monotonic(), Step(title)
    yield line
    say(f"{_tick()} {line.title} ({time.monotonic() - began:.1f} s)")


def _tick() -> str:
    try:
        "✓".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ok"
    return "✓"
