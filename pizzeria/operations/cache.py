"""
Django's Redis cache, failing open: while Redis is down the shop is slower, but open, and no copy is stale for long.

A key that could not be written or deleted while Redis was down holds a stale copy once Redis is back: the process that
tried deletes it before its next request to Redis. Other processes do not know of it; so that none uses a stale session
for long, sessions are cached for one minute only.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

from pizzeria.foundation import breaker

SESSION_TIMEOUT = 60
MAX_STALE_KEYS = 100_000  # keys; after an outage that long, every copy has expired

_stale_keys: set[str] = set()  # keys that this process could not write or delete


class _CacheClient(RedisCacheClient):
    """Django's client for the cache, which makes a client of Redis for each server, not for each command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[Any, Redis] = {}  # by their pool of connections

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        client = self._clients.get(pool)
        if client is None:
            client = self._clients[pool] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return client


class FailOpenRedisCache(RedisCache):
    """A Redis cache that behaves like an empty cache while Redis is unavailable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._class = _CacheClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._fail_open(default, super().get, key, default, version)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return self._fail_open({}, super().get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._fail_open(False, super().has_key, *args, **kwargs)

    def add(self, key: Any, *args: Any, version: int | None = None, **kwargs: Any) -> bool:
        return self._fail_open(True, super().add, key, *args, version=version, **kwargs)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._fail_open(None, super().set, key, value, timeout, version, writes=[self.make_key(key, version)])

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._fail_open(False, super().touch, key, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._fail_open(False, super().delete, key, version, writes=[self.make_key(key, version)])

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        writes = [self.make_key(key, version) for key in data]
        return self._fail_open([], super().set_many, data, timeout, version, writes=writes)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        writes = [self.make_key(key, version) for key in keys]
        self._fail_open(None, super().delete_many, keys, version, writes=writes)

    def count(self, key: str, *, timeout: int) -> int | None:
        """
        Increment a counter, which is created if there is none; return its new value. One round trip.

        :param timeout: seconds after its last use until it expires
        :return: None while Redis is unavailable
        """
        return self._fail_open(None, self._increment, self.make_and_validate_key(key), timeout)

    def _increment(self, key: str, timeout: int) -> int:
        pipeline = self._cache.get_client(key, write=True).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, timeout)
        count, _is_set = pipeline.execute()
        return int(count)

    def _fail_open[T](
        self, empty: T, operation: Callable[..., T], *args: Any, writes: list[str] | None = None, **kwargs: Any
    ) -> T:
        """Return the result of `operation`; while Redis is down, return `empty` and mark the keys `writes` as stale."""
        if not breaker.redis_breaker.is_tripped:
            try:
                if _stale_keys:
                    self._delete_stale_keys()
                return operation(*args, **kwargs)
            except RedisError as error:
                breaker.redis_breaker.trip(error)
        if len(_stale_keys) < MAX_STALE_KEYS:
            _stale_keys.update(writes or ())
        return empty

    def _delete_stale_keys(self) -> None:
        keys = list(_stale_keys)
        self._cache.delete_many(keys)
        _stale_keys.difference_update(keys)


class SessionCache(FailOpenRedisCache):
    """The same cache for sessions, in which every entry expires after at most one minute."""

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        wanted = super().get_backend_timeout(timeout)
        return SESSION_TIMEOUT if wanted is None else int(min(wanted, SESSION_TIMEOUT))
