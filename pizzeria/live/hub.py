"""
The hub: all event streams of this process share one Redis subscription and one heartbeat.

The hub runs on the event loop. The heartbeat queries the database, so that an update lost with Redis is noticed five
seconds later, and screens are up to date again even while Redis is down.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import redis.asyncio as redis
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseFault  # InterfaceError is no DatabaseError
from django.db import connections
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pizzeria.foundation import clock
from pizzeria.live.topics import CHANNEL, Topic, current_versions, parse_update
from pizzeria.users.stream_grants import StreamGrant, revalidate_due, valid_grants

SECONDS_BETWEEN_BEATS = 5.0
SECONDS_BETWEEN_REVALIDATIONS = 10.0  # between looks for sessions that are due at Keycloak
RECONNECT_SECONDS = 1.0
RESTART_SECONDS = 1.0  # until the background tasks begin anew after a bug has ended one of them
MAX_QUEUED_MESSAGES = 16  # messages queued for a slow client; the next heartbeat makes up for those it misses

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """
    A "version" message with a new version, or a "beat" with the current one.

    :param version: None while the database is down
    :param is_live: false while Redis is down, so that changes are noticed with the next heartbeat only
    """

    kind: str
    version: int | None
    is_live: bool = True


@dataclass(eq=False, slots=True)
class Stream:
    topic: Topic
    client_key: str  # the client, for the limit on streams: a user, or a guest's link
    grant: StreamGrant | None = None  # None: opened by a guest's link, which does not expire
    unread: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(MAX_QUEUED_MESSAGES))
    is_ended: bool = False

    def end(self) -> None:
        """End the stream; messages that are still queued are dropped."""
        self.is_ended = True
        self.send(Message("beat", None))

    def send(self, message: Message) -> None:
        if not self.unread.full():
            self.unread.put_nowait(message)


class Hub:
    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_redis_gone = False

    @property
    def is_live(self) -> bool:
        """Return whether updates arrive as soon as they are published."""
        return not self._is_redis_gone

    def open_streams(self, client_key: str) -> int:
        """Return the number of a client's open streams. Safe to call from any thread."""
        return Counter(stream.client_key for stream in list(self._streams))[client_key]

    def join(self, stream: Stream) -> None:
        """Register a stream and start the background tasks if needed. Call it, like `leave`, on the event loop."""
        self._streams.add(stream)
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._run())

    def leave(self, stream: Stream) -> None:
        self._streams.discard(stream)

    async def _run(self) -> None:
        """
        Run the background tasks; if one fails, cancel the others, and begin all of them anew.

        Never one without the others: the streams of a hub that has no grant checks any more would stay open.
        """
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for task in (self._listen, self._beat, self._end_invalid_streams, self._revalidate_sessions):
                        tasks.create_task(task())
            except ExceptionGroup:
                log.exception("live_task_failed")
            await asyncio.sleep(RESTART_SECONDS)

    async def _listen(self) -> None:
        """Deliver published updates to the streams; while Redis is down, reconnect every second."""
        while True:
            try:
                await self._receive_updates()
            except (RedisError, OSError) as error:
                if not self._is_redis_gone:
                    log.warning("live_redis_unavailable", error=type(error).__name__)
                self._is_redis_gone = True
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _receive_updates(self) -> None:
        """
        Deliver published updates until Redis is gone.

        :raises RedisError, OSError: Redis is gone, or is silent
        """
        async with _redis() as client, client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            if self._is_redis_gone:
                log.info("live_redis_available")
            self._is_redis_gone = False
            is_pinged = False  # whether a PING was sent after a silence and not yet answered
            while True:
                received = await subscription.get_message(ignore_subscribe_messages=True, timeout=5.0)
                if received is None and is_pinged:
                    raise RedisTimeoutError
                is_pinged = received is None
                if received is None:
                    await subscription.ping()
                elif received["type"] == "message":
                    self._dispatch(received["data"])

    def _dispatch(self, data: bytes) -> None:
        try:
            update = parse_update(data)
        except (ValueError, TypeError):
            log.warning("live_message_unreadable")
            return
        for stream in self._streams:
            if stream.topic == update.topic:
                stream.send(Message("version", update.version))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_BEATS)
            if not self._streams:
                continue
            try:
                versions = await _in_thread(current_versions, {stream.topic for stream in self._streams})
            except DatabaseFault as error:
                log.warning("live_versions_unknown", error=type(error).__name__)
                versions = {}
            for stream in self._streams:
                stream.send(Message("beat", versions.get(stream.topic), self.is_live))

    async def _end_invalid_streams(self) -> None:
        """End the streams whose grant is no longer valid; a stream outlives its session by no more than a heartbeat."""
        while True:  # first of all: if another task fails again and again, this one still gets round to it
            checked = self._grants()
            valid = await _query(checked, valid_grants)
            invalid = set() if valid is None else checked - valid  # a stream that was opened meanwhile is in neither
            for stream in self._streams:
                if stream.grant in invalid:
                    stream.end()
            await asyncio.sleep(SECONDS_BETWEEN_BEATS)

    async def _revalidate_sessions(self) -> None:
        """Revalidate the sessions of open streams; a task of its own, so grant checks never wait for Keycloak."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_REVALIDATIONS)
            await _query(self._grants(), revalidate_due)

    def _grants(self) -> set[StreamGrant]:
        return {stream.grant for stream in self._streams if stream.grant}


async def _query[T](grants: set[StreamGrant], query: Callable[..., T]) -> T | None:
    """Return the result of a query about grants, made in a thread; None if there are no grants or no database."""
    if not grants:
        return None
    try:
        return await _in_thread(partial(query, grants, at=clock.now()))
    except DatabaseFault as error:
        log.warning("stream_grants_unknown", error=type(error).__name__)
        return None


async def _in_thread[**P, T](query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the result of a query, made in a thread whose database connections are closed afterwards."""

    def run() -> T:
        try:
            return query(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(run, thread_sensitive=False)()


def _redis() -> "redis.Redis":
    # For a Redis that accepts the connection but never answers; `get_message` has its own timeout for updates.
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1.0, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )


hub = Hub()
