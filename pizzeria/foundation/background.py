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

MAX_QUEUED = 1000

log = structlog.get_logger(__name__)

type Job = Callable[[], object]


class BackgroundQueue:
    """Done one after another on a thread that starts with the first."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, Job]] = queue.Queue(MAX_QUEUED)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, name: str, job: Job) -> None:
        """Hand over something that asks Redis, and return at once."""
        if breaker.of_redis.is_tripped:
            return
        try:
            self._waiting.put_nowait((name, job))
        except queue.Full:
            log.warning("background_job_dropped", job=name, reason="the queue is full")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="background", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when everything left so far is done or forgotten."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            name, job = self._waiting.get()
            try:
                if not breaker.of_redis.is_tripped:
                    job()
            except (RedisError, BrokerGone, OSError) as error:
                breaker.of_redis.trip(error)
                log.warning("background_job_dropped", job=name, reason=type(error).__name__)
            except Exception:  # the thread must outlive an errand's fault
                log.exception("background_job_failed", job=name)
            finally:
                self._waiting.task_done()


_process_queue = BackgroundQueue()


def submit(name: str, job: Job) -> None:
    """Leave an errand to this process's thread."""
    _process_queue.submit(name, job)


def _reset_after_fork() -> None:
    global _process_queue  # noqa: PLW0603 - one for the process
    _process_queue = BackgroundQueue()


os.register_at_fork(after_in_child=_reset_after_fork)  # threads stay behind when a process forks
