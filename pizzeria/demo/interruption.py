"""Ctrl-C, a plain kill, a closed terminal: three ways of saying "enough", heard once."""

import signal
from types import FrameType


class Interrupted(BaseException):
    """Somebody said enough. No failure: whoever started something stops it on the way out."""


def listen() -> None:
    """From now on, the first of the three signals raises Interrupted in the main thread; later ones change nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted
