"""The cache's breaker: what a Redis that does not answer costs, and what is done when it does again."""

import socket

import pytest
from redis.exceptions import RedisError

from pizzeria.foundation import breaker
from pizzeria.foundation.breaker import Breaker
from pizzeria.operations.cache import FailOpenRedisCache, SessionCache

IN_VAIN, PATIENTLY = (
    {"OPTIONS": {"socket_connect_timeout": seconds, "socket_timeout": seconds}} for seconds in (0.2, 30)
)


def it_says_nothing():
    raise RedisError


@pytest.fixture
def lost():
    """The cache while its Redis is gone."""
    return FailOpenRedisCache("redis://127.0.0.1:9/0", IN_VAIN)


@pytest.fixture
def found(settings):
    """The cache when its Redis is there again."""
    return FailOpenRedisCache(settings.REDIS_URL, PATIENTLY)


@pytest.fixture
def a_breaker(monkeypatch):
    """Return a function that installs a breaker for this process, stopped after the test: `a_breaker(ask)`."""
    made = []

    def of(ask):
        made.append(Breaker(ask))
        monkeypatch.setattr(breaker, "of_redis", made[-1])

    yield of
    for each in made:
        each.stop()


@pytest.fixture
def it_is_back(a_breaker):
    """Let the process find out that Redis is there again."""
    return lambda: a_breaker(breaker.ask_redis)


def calls_to(server):
    """Count those who called since the last time."""
    calls = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return calls
        calls += 1


def test_leaves_a_silent_redis_alone_until_it_is_back(a_breaker, it_is_back):
    a_breaker(it_says_nothing)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        cache = FailOpenRedisCache(f"redis://127.0.0.1:{server.getsockname()[1]}/0", IN_VAIN)
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


CHANGES = {
    "set": lambda cache: cache.set("pizza", "new"),
    "set_many": lambda cache: cache.set_many({"pizza": "new"}),
    "delete": lambda cache: cache.delete("pizza"),
    "delete_many": lambda cache: cache.delete_many(["pizza"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_gives_nobody_the_copy_that_could_not_be_changed(lost, found, it_is_back, change):
    found.set_many({"pizza": "old", "cola": "old"})
    change(lost)

    it_is_back()

    assert (found.get("pizza"), found.get("cola")) == (None, "old")


def test_forgets_what_was_old_once_it_is_thrown_away(lost, found, it_is_back):
    lost.set("pizza", "new")
    it_is_back()
    found.get("pizza")

    found.set("pizza", "newer")

    assert found.get("pizza") == "newer"


@pytest.mark.parametrize("timeout", [14 * 24 * 3600, None, 60])
def test_keeps_a_session_for_a_minute_at_most(settings, timeout):
    """Another process may not know that a copy is old."""
    cache = SessionCache(settings.REDIS_URL, PATIENTLY)

    cache.set("session", "Carla", timeout)

    assert 0 < cache._cache.get_client(None).ttl(cache.make_key("session")) <= 60
