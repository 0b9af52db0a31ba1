"""Ctrl-C, a plain kill, a closed terminal: three ways to be asked to end, answered alike."""

import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

type Handler = Callable[[int, FrameType | None], None]


class Interrupted(BaseException):
    """One of the three signals came. No failure: whatever was started is stopped on the way out."""


def handle(handler: Handler) -> None:
    """Call ``handler`` for each of the three signals from now on; under `nohup`, not for a closed terminal."""
    for number in SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, handler)


def listen() -> None:
    """Raise Interrupted in the main thread at the first of the three signals; later ones change nothing."""
    handle(_interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted
