"""
Telling screens that there is something new, in the background: a Redis that is gone or silent costs no command a
moment. What cannot be told is forgotten, because the next heartbeat of every stream says it again.
"""

from functools import cache, partial

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from pizzeria.foundation import background
from pizzeria.live.topics import CHANNEL, News


def publish(news: News) -> None:
    """Tell every stream of this shop, soon, if Redis can be reached."""
    background.submit("publish", partial(_send, news))


def _send(news: News) -> None:
    _redis(settings.REDIS_URL).publish(CHANNEL, news.written())


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
