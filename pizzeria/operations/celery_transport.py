"""
Celery's Redis, made to be outlived by a worker.

A worker takes as many messages at a time as it has children. One that it could not acknowledge, because Redis was gone
for a moment, would count as being worked on for ever: after a few of them the worker takes nothing any more, and says
nothing either. And a worker that had one in hand when the connection broke closes it twice, the second time with
nothing left to ask, and dies of that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from kombu.transport import redis, virtual
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError


class FailOpenQoS(redis.QoS):
    """
    Gives a message's place free, whether Redis heard that it is done or not.

    What Redis did not hear it hands out again after the visibility timeout; a task done twice changes nothing.
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
    """Says of a connection that is closed that it is gone, which every caller is ready to hear."""

    QoS = FailOpenQoS

    @contextmanager
    def conn_or_acquire(self, client: Redis | None = None) -> Iterator[Redis]:
        if self.connection.client is None:
            raise NotConnected("this connection to the broker is closed")
        with super().conn_or_acquire(client) as acquired:
            yield acquired


class Transport(redis.Transport):
    Channel = ReconnectingChannel
