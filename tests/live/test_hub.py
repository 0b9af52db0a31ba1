"""The hub of event streams: its background tasks go on whatever fails, and never one without the others."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from redis.exceptions import RedisError

from pizzeria.live import hub as hub_module
from pizzeria.live.hub import Hub, Message, Stream
from pizzeria.live.topics import Topic
from pizzeria.users.stream_grants import StreamGrant
from tests.waiting import TIMEOUT

TASKS = ["_listen", "_beat", "_end_invalid_streams", "_revalidate_sessions"]

each_fault = pytest.mark.parametrize("fault", [OperationalError, InterfaceError, DatabaseError])


@pytest.fixture
def stream():
    """A stream of an order that does not exist."""
    return Stream(Topic("order", uuid4()), client_key="anna")


def raising(fault):
    def fail(*_arguments, **_options):
        raise fault

    return fail


def run(coroutine):
    async def in_time():
        async with asyncio.timeout(TIMEOUT):
            return await coroutine

    return asyncio.run(in_time())


def test_when_a_background_task_fails_the_others_are_cancelled_and_all_begin_anew(monkeypatch, stream):
    monkeypatch.setattr(hub_module, "RESTART_SECONDS", 0)
    hub, begun, cancelled = Hub(), Counter(), Counter()

    def task(name):
        async def wait_or_fail_once():
            begun[name] += 1
            try:
                await asyncio.sleep(0)
                if name == "_beat" and begun[name] == 1:
                    raise ZeroDivisionError
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled[name] += 1
                raise

        return wait_or_fail_once

    for name in TASKS:
        monkeypatch.setattr(hub, name, task(name))

    async def until_all_have_begun_anew():
        while min(begun[name] for name in TASKS) < 2:
            await asyncio.sleep(0)
            hub.join(stream)
        return dict(begun), dict(cancelled)

    assert run(until_all_have_begun_anew()) == (
        dict.fromkeys(TASKS, 2),
        dict.fromkeys(["_listen", "_end_invalid_streams", "_revalidate_sessions"], 1),
    )


@each_fault
def test_a_heartbeat_without_a_version_is_sent_whatever_keeps_the_database_from_answering(monkeypatch, stream, fault):
    monkeypatch.setattr(hub_module, "SECONDS_BETWEEN_BEATS", 0.01)
    monkeypatch.setattr(hub_module, "current_versions", raising(fault))

    async def first_two_messages():
        Hub().join(stream)
        return [await stream.unread.get() for _message in range(2)]

    assert run(first_two_messages()) == [Message("beat", None)] * 2


@each_fault
def test_no_stream_ends_because_the_database_does_not_answer(fault):
    assert run(hub_module._query({StreamGrant("a session")}, raising(fault))) is None


def test_a_heartbeat_says_that_changes_do_not_arrive_at_once_while_redis_is_gone(monkeypatch, stream):
    monkeypatch.setattr(hub_module, "SECONDS_BETWEEN_BEATS", 0.01)
    monkeypatch.setattr(hub_module, "current_versions", lambda topics: dict.fromkeys(topics, 7))

    def gone():
        raise RedisError

    monkeypatch.setattr(hub_module, "_redis", gone)

    async def first_that_says_so():
        Hub().join(stream)
        while (message := await stream.unread.get()).is_live:
            pass
        return message

    assert run(first_that_says_so()) == Message("beat", 7, is_live=False)
