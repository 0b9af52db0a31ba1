"""What the demo says while it opens."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class Step:
    """A line of progress; ``title`` may become more telling while the step runs."""

    title: str


def say(text: str = "") -> None:
    encoding = sys.stdout.encoding or "ascii"
    with suppress(OSError):  # the terminal is gone; there is still something to stop
        print(text.encode(encoding, errors="replace").decode(encoding), flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Say what was done, and how long it took, once it is done."""
    began, line = time.monotonic(), Step(title)
    yield line
    say(f"{_tick()} {line.title} ({time.monotonic() - began:.1f} s)")


def _tick() -> str:
    try:
        "✓".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ok"
    return "✓"
