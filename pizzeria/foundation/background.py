"""
The background queue: jobs that run on a thread of the process, because they may be slow and may be dropped.

A request submits a job and continues, whatever the state of Redis. A dropped job is made up for elsewhere: the relay's
sweep replaces a wake-up of the relay, the next heartbeat replaces a live update.
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
    """A queue of jobs that run one after another on a thread; the thread starts with the first job."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, Job]] = queue.Queue(MAX_QUEUED)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, name: str, job: Job) -> None:
        """
        Queue a job that talks to Redis, and return at once.

        The job is dropped while the breaker is tripped or the queue is full.
        """
        if breaker.redis_breaker.is_tripped:
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
        """Block until every job queued so far is done or dropped."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            name, job = self._waiting.get()
            try:
                if not breaker.redis_breaker.is_tripped:
                    job()
            except (RedisError, BrokerGone, OSError) as error:
                breaker.redis_breaker.trip(error)
                log.warning("background_job_dropped", job=name, reason=type(error).__name__)
            except Exception:  # the thread must survive a job's error
                log.exception("background_job_failed", job=name)
            finally:
                self._waiting.task_done()


_process_queue = BackgroundQueue()


def submit(name: str, job: Job) -> None:
    """Queue a job on this process's background thread."""
    _process_queue.submit(name, job)


def _reset_after_fork() -> None:
    global _process_queue  # noqa: PLW0603 - one per process
    _process_queue = BackgroundQueue()


os.register_at_fork(after_in_child=_reset_after_fork)  # threads do not survive a fork
