"""
Errands: what can be left to a thread in the background, because it may be slow and may be forgotten.

A request hands one over and goes on, whatever has become of Redis. What is forgotten somebody else makes good: the
sweeper a nudge, the next heartbeat a screen's news.
"""

import os
import queue
import threading
from collections.abc import Callable

import structlog
from kombu.exceptions import OperationalError as BrokerGone
from redis.exceptions import RedisError

from pizzeria.foundation import breaker

MOST_WAITING = 1000

log = structlog.get_logger(__name__)

type Errand = Callable[[], object]


class Errands:
    """Done one after another on a thread that starts with the first."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, Errand]] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def leave(self, name: str, errand: Errand) -> None:
        """Hand over something that asks Redis, and return at once."""
        if breaker.of_redis.is_open:
            return
        try:
            self._waiting.put_nowait((name, errand))
        except queue.Full:
            log.warning("errand_forgotten", errand=name, why="too much waits already")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="errands", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when everything left so far is done or forgotten."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            name, errand = self._waiting.get()
            try:
                if not breaker.of_redis.is_open:
                    errand()
            except (RedisError, BrokerGone, OSError) as error:
                breaker.of_redis.open(error)
                log.warning("errand_forgotten", errand=name, why=type(error).__name__)
            except Exception:  # the thread must outlive an errand's fault
                log.exception("errand_failed", errand=name)
            finally:
                self._waiting.task_done()


_of_this_process = Errands()


def leave(name: str, errand: Errand) -> None:
    """Leave an errand to this process's thread."""
    _of_this_process.leave(name, errand)


def _anew() -> None:
    global _of_this_process  # noqa: PLW0603 - one for the process
    _of_this_process = Errands()


os.register_at_fork(after_in_child=_anew)  # threads stay behind when a process forks
