"""
Publication of live updates to Redis, in a background thread: an unavailable or silent Redis delays no command.

An update that cannot be published is dropped, because the next heartbeat of every stream has the current version.
"""

from functools import cache, partial

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from pizzeria.foundation import background
from pizzeria.live.topics import CHANNEL, TopicUpdate


def publish(update: TopicUpdate) -> None:
    """Queue an update for publication to every stream of this shop; it is dropped if Redis cannot be reached."""
    background.submit("publish", partial(_send, update))


def _send(update: TopicUpdate) -> None:
    _redis(settings.REDIS_URL).publish(CHANNEL, update.serialize())


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
