"""Background jobs: submitting one does not block, and one that fails does not stop the next."""

import threading
from unittest.mock import Mock

import pytest
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import RedisError

from pizzeria.foundation import background, breaker
from pizzeria.foundation.background import BackgroundQueue
from pizzeria.foundation.breaker import Breaker
from tests.waiting import TIMEOUT, until


@pytest.fixture
def ours():
    return BackgroundQueue()


@pytest.fixture
def redis(monkeypatch):
    """A Redis that the breaker finds unavailable until `redis.set()`."""
    there = threading.Event()

    def ask():
        if not there.is_set():
            raise RedisError

    mine = Breaker(ask)
    monkeypatch.setattr(breaker, "redis_breaker", mine)
    yield there
    mine.stop()


def fails(error):
    def job():
        raise error

    return job


def test_background_jobs_run_in_the_order_in_which_they_were_submitted(ours):
    done = []
    for number in range(5):
        ours.submit("count", lambda number=number: done.append(number))
    ours.wait()

    assert done == [0, 1, 2, 3, 4]


def test_submitting_a_background_job_does_not_wait_for_the_jobs_before_it(ours):
    may_end, done = threading.Event(), []
    ours.submit("slow", may_end.wait)
    ours.submit("next", lambda: done.append("next"))
    before = list(done)

    may_end.set()
    ours.wait()

    assert (before, done) == ([], ["next"])


def test_a_failing_background_job_does_not_stop_the_next_one(ours):
    done = []
    ours.submit("broken", fails(ZeroDivisionError()))
    ours.submit("next", lambda: done.append("next"))
    ours.wait()

    assert done == ["next"]


def test_background_jobs_are_dropped_while_redis_is_gone_and_accepted_again_when_it_is_back(ours, redis):
    done = []
    ours.submit("first", fails(RedisGone()))
    ours.wait()
    ours.submit("meanwhile", lambda: done.append("meanwhile"))
    ours.wait()

    redis.set()
    until(lambda: not breaker.redis_breaker.is_tripped)
    ours.submit("afterwards", lambda: done.append("afterwards"))
    ours.wait()

    assert done == ["afterwards"]


def test_background_jobs_are_dropped_while_the_queue_is_full(ours, monkeypatch):
    log, begun, may_end = Mock(), threading.Event(), threading.Event()
    monkeypatch.setattr(background, "log", log)
    ours.submit("slow", lambda: (begun.set(), may_end.wait()))
    assert begun.wait(timeout=TIMEOUT)

    for _each in range(background.MAX_QUEUED + 3):
        ours.submit("more", lambda: None)
    may_end.set()

    forgotten = [call.kwargs["job"] for call in log.warning.call_args_list]
    assert forgotten.count("more") == 3


def test_items_collected_within_a_moment_are_handed_over_together_and_each_once(ours):
    calls = []
    for item in ("a", "b", "a"):
        ours.collect("wake", lambda *items: calls.append(items), item)
    ours.wait()

    assert calls == [("a", "b")]


def test_a_background_job_does_not_wait_for_items_that_are_still_collected(ours, monkeypatch):
    monkeypatch.setattr(background, "COLLECTED_FOR", TIMEOUT)
    done, calls = threading.Event(), []
    ours.collect("wake", lambda *items: calls.append(items), "a")

    ours.submit("next", done.set)

    assert done.wait(timeout=TIMEOUT / 2)
    assert calls == []


def test_items_are_not_collected_any_longer_once_there_are_many(ours, monkeypatch):
    monkeypatch.setattr(background, "COLLECTED_FOR", TIMEOUT)
    called = threading.Event()

    for number in range(background.MAX_COLLECTED):
        ours.collect("wake", lambda *_items: called.set(), str(number))

    assert called.wait(timeout=TIMEOUT / 2)


def test_collected_items_are_dropped_while_redis_is_gone_and_later_ones_are_handed_over(ours, redis):
    calls = []
    ours.collect("wake", fails_with_items(RedisGone()), "a")
    ours.wait()
    ours.collect("wake", lambda *items: calls.append(items), "b")
    ours.wait()

    redis.set()
    until(lambda: not breaker.redis_breaker.is_tripped)
    ours.collect("wake", lambda *items: calls.append(items), "c")
    ours.wait()

    assert calls == [("c",)]


def fails_with_items(error):
    def send(*_items):
        raise error

    return send
