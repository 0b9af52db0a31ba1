"""
Telling screens that there is something new, on a thread of its own: a Redis that is gone or silent costs no command a
moment. What cannot be told is forgotten, because the next heartbeat of every stream says it again.
"""

import os
import queue
import threading
import time

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from pizzeria.live.topics import CHANNEL, News

MOST_WAITING = 1000
SECONDS_LEFT_ALONE = 5.0

log = structlog.get_logger(__name__)


class Publisher:
    """One for the process. Its thread starts with the first news."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
        )
        self._waiting: queue.Queue[News] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._left_alone_until = 0.0

    def publish(self, news: News) -> None:
        """Hand news over and return at once, whatever has become of Redis."""
        try:
            self._waiting.put_nowait(news)
        except queue.Full:
            log.warning("live_unpublished", why="too much waits already")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="live-publisher", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            news = self._waiting.get()
            try:
                self._send(news)
            finally:
                self._waiting.task_done()

    def _send(self, news: News) -> None:
        if time.monotonic() < self._left_alone_until:
            return
        try:
            self._redis.publish(CHANNEL, news.written())
        except RedisError as error:
            self._left_alone_until = time.monotonic() + SECONDS_LEFT_ALONE
            log.warning("live_unpublished", why=type(error).__name__)


_publisher: Publisher | None = None


def publish(news: News) -> None:
    """Tell every stream of this shop, soon, if Redis can be reached."""
    global _publisher  # noqa: PLW0603 - one for the process
    if _publisher is None:
        _publisher = Publisher(settings.REDIS_URL)
    _publisher.publish(news)


def _forget() -> None:
    global _publisher  # noqa: PLW0603
    _publisher = None


os.register_at_fork(after_in_child=_forget)  # threads stay behind when a process forks
