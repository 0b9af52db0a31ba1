"""The cache: it fails open while Redis is unavailable."""

import socket

import pytest
from django.core.cache.backends.redis import RedisCache
from django.test import override_settings
from django.urls import reverse
from redis.backoff import NoBackoff
from redis.retry import Retry

from pizzeria.operations.cache import FailOpenRedisCache

OPTIONS = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
LONG_TIMEOUTS = {**OPTIONS, "socket_connect_timeout": 30, "socket_timeout": 30}


@pytest.fixture(params=["gone", "silent"])
def dead_port(request):
    """A port that refuses connections, or accepts them and never answers; no other process can take it meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        if request.param == "silent":
            held.listen()
        yield held.getsockname()[1]


@pytest.fixture
def cache_without_redis(dead_port):
    """A cache whose Redis is unavailable."""
    return FailOpenRedisCache(f"redis://127.0.0.1:{dead_port}/0", {"OPTIONS": OPTIONS})


QUESTIONS = {
    "add": (lambda cache: cache.add("pizza", 1), True),
    "get": (lambda cache: cache.get("pizza"), None),
    "get with a default": (lambda cache: cache.get("pizza", "none"), "none"),
    "set": (lambda cache: cache.set("pizza", 1, 30), None),
    "touch": (lambda cache: cache.touch("pizza"), False),
    "delete": (lambda cache: cache.delete("pizza"), False),
    "get_many": (lambda cache: cache.get_many(["pizza", "cola"]), {}),
    "set_many": (lambda cache: cache.set_many({"pizza": 1}), []),
    "delete_many": (lambda cache: cache.delete_many(["pizza"]), None),
    "has_key": (lambda cache: cache.has_key("pizza"), False),
    "in": (lambda cache: "pizza" in cache, False),
    "get_or_set": (lambda cache: cache.get_or_set("pizza", lambda: "fresh"), "fresh"),
}


@pytest.mark.parametrize(("ask", "expected"), QUESTIONS.values(), ids=QUESTIONS)
def test_the_cache_answers_like_an_empty_cache_while_redis_is_unavailable(cache_without_redis, ask, expected):
    assert ask(cache_without_redis) == expected


@pytest.mark.parametrize("ask", [ask for ask, _expected in QUESTIONS.values()], ids=QUESTIONS)
def test_the_cache_answers_like_djangos_own_while_redis_is_available(settings, ask):
    ours, djangos = (kind(settings.REDIS_URL, {"OPTIONS": LONG_TIMEOUTS}) for kind in (FailOpenRedisCache, RedisCache))

    results = []
    for cache in (ours, djangos):
        cache.clear()
        cache.set("cola", 1)
        results.append((ask(cache), cache.get("pizza"), cache.get("cola")))

    assert results[0] == results[1]


def test_a_guest_can_fill_a_basket_while_redis_is_unavailable(client, kitchen, dead_port):
    gone = {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "OPTIONS": OPTIONS}
    gone |= {"LOCATION": f"redis://127.0.0.1:{dead_port}/0"}
    with override_settings(CACHES={"default": gone, "sessions": gone}):
        client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
        html = client.get(reverse("orders:basket")).content.decode()

    assert "Margherita" in html


def test_a_client_of_redis_is_made_once_for_all_commands(settings):
    cache = FailOpenRedisCache(settings.REDIS_URL, {"OPTIONS": LONG_TIMEOUTS})

    assert cache._cache.get_client("pizza") is cache._cache.get_client("cola", write=True)
