"""
The background queue: jobs that run on a thread of the process, because they may be slow and may be dropped.

A request submits a job and continues, whatever the state of Redis. A dropped job is made up for elsewhere: the relay's
sweep replaces a wake-up of the relay, the next heartbeat replaces a live update.

Items for the same function can be collected for a moment, and handed to it in one call. A process that ends within that
moment drops them.
"""

import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog
from kombu.exceptions import OperationalError as BrokerGone
from redis.exceptions import RedisError

from pizzeria.foundation import breaker

MAX_QUEUED = 1000
COLLECTED_FOR = 0.1  # seconds; no guest notices a message that comes so much later
MAX_COLLECTED = 25

log = structlog.get_logger(__name__)

type Job = Callable[[], object]
type CollectionJob = Callable[..., object]


@dataclass(frozen=True, slots=True)
class _Item:
    """An item for a function, which is called with all that were collected."""

    function: CollectionJob
    value: str


@dataclass(slots=True)
class _Collected:
    """
    Items of one name that were collected.

    :ivar due: time by the monotonic clock
    """

    function: CollectionJob
    due: float
    values: list[str] = field(default_factory=list)


class BackgroundQueue:
    """A queue of jobs that run one after another on a thread; the thread starts with the first job."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, Job | _Item]] = queue.Queue(MAX_QUEUED)
        self._collected: dict[str, _Collected] = {}  # by the thread alone
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, name: str, job: Job) -> None:
        """
        Queue a job that talks to Redis, and return at once.

        The job is dropped while the breaker is tripped or the queue is full.
        """
        self._put(name, job)

    def collect(self, name: str, function: CollectionJob, value: str) -> None:
        """
        Queue an item for a function that talks to Redis, and return at once.

        The function is called with all items of that name that are queued within the next moment, each once. They are
        dropped as jobs are.
        """
        self._put(name, _Item(function, value))

    def _put(self, name: str, job: Job | _Item) -> None:
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
            try:
                name, job = self._waiting.get(timeout=self._seconds_until_due())
            except queue.Empty:
                pass
            else:
                self._take(name, job)
            self._run_due()

    def _take(self, name: str, job: Job | _Item) -> None:
        if isinstance(job, _Item):
            due = time.monotonic() + COLLECTED_FOR
            self._collected.setdefault(name, _Collected(job.function, due)).values.append(job.value)
        else:
            self._run(name, job)
            self._waiting.task_done()

    def _seconds_until_due(self) -> float | None:
        """Return how long the items that were collected first still wait; None: there are none."""
        if not self._collected:
            return None
        return max(0.0, min(collected.due for collected in self._collected.values()) - time.monotonic())

    def _run_due(self) -> None:
        now = time.monotonic()
        for name, collected in list(self._collected.items()):
            if collected.due <= now or len(collected.values) >= MAX_COLLECTED:
                del self._collected[name]
                self._run(name, partial(collected.function, *dict.fromkeys(collected.values)))
                for _value in collected.values:
                    self._waiting.task_done()

    def _run(self, name: str, job: Job) -> None:
        try:
            if not breaker.redis_breaker.is_tripped:
                job()
        except (RedisError, BrokerGone, OSError) as error:
            breaker.redis_breaker.trip(error)
            log.warning("background_job_dropped", job=name, reason=type(error).__name__)
        except Exception:  # the thread must survive a job's error
            log.exception("background_job_failed", job=name)


_process_queue = BackgroundQueue()


def submit(name: str, job: Job) -> None:
    """Queue a job on this process's background thread."""
    _process_queue.submit(name, job)


def collect(name: str, function: CollectionJob, value: str) -> None:
    """Queue an item on this process's background thread, for a function that is called with several."""
    _process_queue.collect(name, function, value)


def _reset_after_fork() -> None:
    global _process_queue  # noqa: PLW0603 - one per process
    _process_queue = BackgroundQueue()


os.register_at_fork(after_in_child=_reset_after_fork)  # threads do not survive a fork
