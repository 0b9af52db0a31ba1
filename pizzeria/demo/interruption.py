"""Ctrl-C, a plain kill, a closed terminal: three ways of saying "enough", heard once."""

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody said enough. No failure: whoever started something stops it on the way out."""


def listen() -> None:
    """From now on, the first of the three signals raises Interrupted in the main thread; later ones change nothing."""
    for number in SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # `nohup` has settled that
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted
