"""Handlers for SIGINT (Ctrl-C), SIGTERM (a plain kill) and SIGHUP (a closed terminal), which are treated alike."""

import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

type Handler = Callable[[int, FrameType | None], None]


class Interrupted(BaseException):
    """One of the three signals came. Not a failure: the processes that were started are stopped as it propagates."""


def set_handler(handler: Handler) -> None:
    """Call ``handler`` for each of the three signals from now on; under `nohup`, SIGHUP stays ignored."""
    for number in SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, handler)


def raise_on_signal() -> None:
    """Raise Interrupted in the main thread at the first of the three signals; ignore later ones."""
    set_handler(_interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted
