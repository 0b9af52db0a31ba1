"""
The circuit breaker for everything that a process asks of Redis: cache, sessions, relay wake-ups, live updates.

The first caller that gets no answer trips it, and from then on no caller waits: a thread of the breaker asks every
second whether Redis is back. So an outage costs each process one guest's short wait, not one every few seconds.
"""

import os
import threading
from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PROBE_INTERVAL = 1.0

log = structlog.get_logger(__name__)


class Breaker:
    """
    A circuit breaker that closes itself again.

    :param ask: raises an error while Redis is unavailable
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._changing = threading.Lock()
        self._stopped = threading.Event()
        self._gone = False

    @property
    def is_tripped(self) -> bool:
        """Return whether Redis is known to be unavailable."""
        return self._gone

    def trip(self, error: Exception) -> None:
        """Trip the breaker after a failed call; callers do not ask again until the thread has got an answer."""
        with self._changing:
            if self._gone or self._stopped.is_set():
                return
            threading.Thread(target=self._wait, name="breaker", daemon=True).start()
            self._gone = True  # after the start, which may fail; the thread resets it under the lock, so not before
        log.warning("redis_unavailable", error=type(error).__name__)

    def stop(self) -> None:
        """Stop the thread for good, and leave the breaker closed."""
        with self._changing:
            self._stopped.set()
            self._gone = False

    def _wait(self) -> None:
        while not self._stopped.wait(PROBE_INTERVAL):
            try:
                self._ask()
            except RedisError as error:
                log.debug("redis_still_unavailable", error=type(error).__name__)
                continue
            except Exception:  # the thread must survive it: without it, the breaker would stay tripped for good
                log.exception("redis_probe_failed")
                continue
            with self._changing:
                self._gone = False
            log.info("redis_available")
            return


def ping_redis() -> None:
    """
    Ping Redis.

    :raises RedisError: Redis is unavailable, or does not answer within half a second
    """
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
    with client:
        client.ping()


redis_breaker = Breaker(ping_redis)


def _reset_after_fork() -> None:
    global redis_breaker  # noqa: PLW0603 - one per process
    redis_breaker = Breaker(ping_redis)


os.register_at_fork(after_in_child=_reset_after_fork)  # threads do not survive a fork
