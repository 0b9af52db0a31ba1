"""
Kombu's Redis transport, changed so that a worker survives a Redis outage.

A worker prefetches as many messages as it has child processes. A message that it could not acknowledge, because Redis
was unavailable for a moment, would count as unacknowledged for ever: after a few of them the worker takes no further
messages, and logs nothing. And a worker that holds a message when the connection breaks closes the connection twice;
the second time there is no client left, and the worker terminates.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from kombu.transport import redis, virtual
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError


class FailOpenQoS(redis.QoS):
    """
    Prefetch accounting that releases a message's slot even if Redis did not receive the acknowledgement.

    Redis redelivers such a message after the visibility timeout; tasks are idempotent, so the second run changes
    nothing.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise


class ReconnectingChannel(redis.Channel):
    """A channel that raises redis' `ConnectionError`, which every caller handles, once its connection is closed."""

    QoS = FailOpenQoS

    @contextmanager
    def conn_or_acquire(self, client: Redis | None = None) -> Iterator[Redis]:
        if self.connection.client is None:
            raise NotConnected("this connection to the broker is closed")
        with super().conn_or_acquire(client) as acquired:
            yield acquired


class Transport(redis.Transport):
    Channel = ReconnectingChannel
