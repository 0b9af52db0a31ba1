"""The cache with its circuit breaker: while Redis does not answer, and once it is back."""

import socket
import threading

import pytest
from redis.exceptions import RedisError

from pizzeria.foundation import breaker
from pizzeria.foundation.breaker import Breaker
from pizzeria.operations.cache import FailOpenRedisCache, SessionCache
from tests.waiting import TIMEOUT, until

SHORT_TIMEOUTS, LONG_TIMEOUTS = (
    {"OPTIONS": {"socket_connect_timeout": seconds, "socket_timeout": seconds}} for seconds in (0.2, 30)
)


def never_answer():
    raise RedisError


@pytest.fixture
def cache_without_redis():
    """The cache while its Redis is unavailable."""
    return FailOpenRedisCache("redis://127.0.0.1:9/0", SHORT_TIMEOUTS)


@pytest.fixture
def cache_with_redis(settings):
    """The cache once its Redis is available again."""
    return FailOpenRedisCache(settings.REDIS_URL, LONG_TIMEOUTS)


@pytest.fixture
def a_breaker(monkeypatch):
    """Return a function that installs a breaker for this process, stopped after the test: `a_breaker(ask)`."""
    made = []

    def of(ask):
        made.append(Breaker(ask))
        monkeypatch.setattr(breaker, "redis_breaker", made[-1])

    yield of
    for each in made:
        each.stop()


@pytest.fixture
def it_is_back(a_breaker):
    """Return a function that installs a breaker that is not tripped, as after Redis is back."""
    return lambda: a_breaker(breaker.ping_redis)


def calls_to(server):
    """Return the number of connections since the last call."""
    calls = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return calls
        calls += 1


def test_the_cache_does_not_call_a_silent_redis_again_until_the_breaker_is_reset(a_breaker, it_is_back):
    a_breaker(never_answer)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        cache = FailOpenRedisCache(f"redis://127.0.0.1:{server.getsockname()[1]}/0", SHORT_TIMEOUTS)
        cache.get("pizza")
        first = calls_to(server)

        for _page in range(5):
            cache.get("pizza")
            cache.set("pizza", 1)
        meanwhile = calls_to(server)

        it_is_back()
        cache.get("pizza")
        afterwards = calls_to(server)

    assert (bool(first), meanwhile, bool(afterwards)) == (True, 0, True)


def test_the_breaker_resets_itself_although_a_probe_fails_in_an_unexpected_way(a_breaker, monkeypatch, caplog):
    monkeypatch.setattr(breaker, "PROBE_INTERVAL", 0.01)
    answers = iter([ValueError("no such host"), RedisError(), None])

    def ask():
        if answer := next(answers):
            raise answer

    a_breaker(ask)
    breaker.redis_breaker.trip(RedisError())

    until(lambda: not breaker.redis_breaker.is_tripped)
    assert "redis_probe_failed" in caplog.text


def test_a_breaker_whose_probe_is_faster_than_the_call_that_trips_it_is_reset_too(a_breaker, monkeypatch):
    """Otherwise it would be marked as tripped after its thread has ended, and nothing would ever reset it."""
    monkeypatch.setattr(breaker, "PROBE_INTERVAL", 0)
    has_probed, start = threading.Event(), threading.Thread.start

    def start_and_be_overtaken(thread):
        start(thread)
        has_probed.wait(timeout=TIMEOUT)
        thread.join(timeout=0.1)  # a thread that resets without the lock has ended by then

    monkeypatch.setattr(threading.Thread, "start", start_and_be_overtaken)
    a_breaker(has_probed.set)

    breaker.redis_breaker.trip(RedisError())

    until(lambda: not breaker.redis_breaker.is_tripped)


CHANGES = {
    "set": lambda cache: cache.set("pizza", "new"),
    "set_many": lambda cache: cache.set_many({"pizza": "new"}),
    "delete": lambda cache: cache.delete("pizza"),
    "delete_many": lambda cache: cache.delete_many(["pizza"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_cached_copy_that_could_not_be_changed_is_discarded_once_redis_is_back(
    cache_without_redis, cache_with_redis, it_is_back, change
):
    cache_with_redis.set_many({"pizza": "old", "cola": "old"})
    change(cache_without_redis)

    it_is_back()

    assert (cache_with_redis.get("pizza"), cache_with_redis.get("cola")) == (None, "old")


def test_a_key_set_after_its_stale_copy_was_discarded_is_kept(cache_without_redis, cache_with_redis, it_is_back):
    cache_without_redis.set("pizza", "new")
    it_is_back()
    cache_with_redis.get("pizza")

    cache_with_redis.set("pizza", "newer")

    assert cache_with_redis.get("pizza") == "newer"


@pytest.mark.parametrize("timeout", [14 * 24 * 3600, None, 60])
def test_a_session_is_cached_for_at_most_a_minute(settings, timeout):
    """Another process does not know which copies are stale."""
    cache = SessionCache(settings.REDIS_URL, LONG_TIMEOUTS)

    cache.set("session", "Carla", timeout)

    assert 0 < cache._cache.get_client(None).ttl(cache.make_key("session")) <= 60
