"""Event streams, read from a real server: live updates, versions with every heartbeat, and recovery from outages."""

import asyncio
import math
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse

from kitchen.models import Kitchen
from kitchen.permissions import SEE_BOARD
from orders import selectors as order_selectors
from pizzeria.foundation.actor import SYSTEM
from pizzeria.live import hub as live_hub
from pizzeria.live import views
from pizzeria.live.hub import Stream, hub
from pizzeria.live.topics import Topic
from pizzeria.users.models import User
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.roles import assign_roles, sync_roles
from pizzeria.users.stream_grants import StreamGrant
from tests import shop
from tests.factories import UserFactory
from tests.live.fault_proxy import FaultProxy
from tests.live.server_process import StreamReader, serving
from tests.live.steps import step_until_reported_live, steps_of
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(transactional_db):
    shop.open_shop()
    return shop.place()


@pytest.fixture
def open_stream(server):
    """Return a function that opens a stream, `open_stream(path)`; all are closed after the test."""
    readers = []

    def open_reader(path, client=None):
        readers.append(StreamReader(server, path, client))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


@pytest.fixture
def ciro(order, client):
    sync_roles(by=SYSTEM)
    user = UserFactory()
    assign_roles(user, [KITCHEN])
    client.force_login(user)
    return client


def follow(open_stream, order):
    """Open the stream of an order and read its first message; return the reader."""
    reader = open_stream(f"/stream{order_selectors.order_url(order)}")
    assert reader.next() == ("beat", order.seq)
    return reader


def newest(order):
    """Return the order's current version."""
    order.refresh_from_db()
    return order.seq


def test_a_stream_begins_with_the_current_version_and_is_never_cached_or_buffered(open_stream, order):
    reader = open_stream(f"/stream{order_selectors.order_url(order)}")

    assert reader.response.status == 200
    assert reader.response.headers["Content-Type"] == "text/event-stream"
    assert reader.response.headers["Cache-Control"] == "no-store"
    assert reader.response.headers["X-Accel-Buffering"] == "no"
    assert reader.next() == ("beat", order.seq)


def test_a_step_of_an_order_reaches_the_streams_of_its_guest_and_of_the_board(open_stream, order, ciro):
    tracker, board = follow(open_stream, order), open_stream(reverse("live:board"), ciro)

    def both_report_live():
        shown = [tracker.is_reported_live(newest(order)), board.is_reported_live(Kitchen.objects.get().version)]
        return all(shown)

    step_until_reported_live(steps_of(order), both_report_live)


@pytest.mark.parametrize("fault", [FaultProxy.cut, FaultProxy.discard_data])
def test_streams_send_versions_from_the_database_while_redis_is_gone_and_are_live_again_after(
    open_stream, order, redis_proxy, fault
):
    reader, steps = follow(open_stream, order), steps_of(order)
    fault(redis_proxy)
    try:
        next(steps)
        reader.wait_for("beat", newest(order))
        until(lambda: redis_proxy.failed_connections)
    finally:
        redis_proxy.restore()

    step_until_reported_live(steps, lambda: reader.is_reported_live(newest(order)))


def test_heartbeats_have_no_version_while_the_database_is_gone_and_an_open_stream_does_not_keep_the_server_alive(order):
    with (
        closing(FaultProxy(int(connection.settings_dict["PORT"]))) as database,
        serving(database_port=database.port) as server,
        closing(StreamReader(server, f"/stream{order_selectors.order_url(order)}")) as reader,
    ):
        assert reader.next() == ("beat", order.seq)

        database.cut()
        reader.wait_for("beat", None)
        database.restore()

        reader.wait_for("beat", order.seq)

        server.terminate()
        until(lambda: server.poll() is not None)


def test_a_stream_ends_after_its_time_limit_so_that_access_is_checked_again(monkeypatch):
    monkeypatch.setattr(views, "MAX_STREAM_SECONDS", 0)

    assert len(all_of_it()) == 1
    assert hub.open_streams("anna") == 0


def test_a_stream_ends_with_the_session_or_the_role_of_its_own_reader_only(open_stream, order, ciro):
    dismissed, gone, busy = ciro, signed_in_cook(), signed_in_cook()
    boards = [open_stream(reverse("live:board"), cook) for cook in (dismissed, gone, busy)]
    guests = follow(open_stream, order)

    User.objects.get(pk=dismissed.session[SESSION_KEY]).groups.clear()
    gone.session.flush()
    for board in boards[:2]:
        board.read_to_end()

    next(steps_of(order))
    guests.wait_for("beat", newest(order))
    boards[2].wait_for("beat", Kitchen.objects.get().version)


def signed_in_cook():
    browser, user = Client(), UserFactory()
    assign_roles(user, [KITCHEN])
    browser.force_login(user)
    return browser


def test_a_stream_is_checked_against_its_session_with_every_heartbeat(ciro, monkeypatch):
    """Not less often: after a sign-out, the next person at this screen would go on seeing the board."""
    monkeypatch.setattr(live_hub, "SECONDS_BETWEEN_BEATS", 0.01)
    monkeypatch.setattr(live_hub, "SECONDS_BETWEEN_REVALIDATIONS", math.inf)
    board = Stream(Topic("board", uuid4()), "ciro", StreamGrant(ciro.session.session_key, SEE_BOARD))
    ciro.post(reverse("users:sign_out"))

    async def wait_for_end():
        hub.join(board)
        async with asyncio.timeout(TIMEOUT):
            while not board.is_ended:
                await board.unread.get()
        hub.leave(board)

    asyncio.run(wait_for_end())


def test_a_task_of_the_hub_that_fails_once_is_logged_and_goes_on(order, monkeypatch, caplog):
    monkeypatch.setattr(live_hub, "SECONDS_BETWEEN_BEATS", 0.01)
    monkeypatch.setattr(live_hub, "RESTART_SECONDS", 0)
    answers = iter([ZeroDivisionError()])

    def versions(topics):
        for error in answers:
            raise error
        return dict.fromkeys(topics, 7)

    monkeypatch.setattr(live_hub, "current_versions", versions)
    tracker = Stream(Topic("order", order.ref), "anna")

    async def wait_for_beat():
        hub.join(tracker)
        async with asyncio.timeout(TIMEOUT):
            message = await tracker.unread.get()
            while message.kind != "beat":  # the order was published just before
                message = await tracker.unread.get()
        hub.leave(tracker)
        return message

    assert asyncio.run(wait_for_beat()).version == 7
    assert caplog.text.count("live_task_failed") == 1


def test_a_stream_ends_if_the_heartbeat_stops(monkeypatch):
    monkeypatch.setattr(views, "SECONDS_BETWEEN_BEATS", 0.01)

    assert len(all_of_it()) == 1


def all_of_it():
    """Return all messages of a stream of this process. Its order does not exist, so it gets no live update."""

    async def open_stream():
        async with asyncio.timeout(TIMEOUT):
            stream = Stream(Topic("order", uuid4()), client_key="anna")
            return [message async for message in views._messages(stream, version=1)]

    return asyncio.run(open_stream())


def test_a_hundred_open_streams_hold_no_thread_and_no_connection_to_the_database(server, order):
    """The pool has 16 connections."""
    with ExitStack() as opened:
        open_a_hundred_streams(server, opened)

        until(lambda: threads_of(server) <= 100, describe=lambda: f"{threads_of(server)} threads")
        page = opened.enter_context(closing(StreamReader(server, order_selectors.order_url(order))))
        assert page.response.status == 200


def test_control_under_djangos_own_handler_each_open_stream_holds_a_thread(order):
    with serving("tests.live.stock_asgi") as server, ExitStack() as opened:
        open_a_hundred_streams(server, opened)

        until(lambda: threads_of(server) > 100, describe=lambda: f"{threads_of(server)} threads")


def open_a_hundred_streams(server, opened):
    """Open streams, ten of each order, and wait for the first message of each."""
    for _order in range(10):
        path = f"/stream{order_selectors.order_url(shop.place())}"
        for _stream in range(10):
            reader = opened.enter_context(closing(StreamReader(server, path)))
            assert reader.next()[0] == "beat"


def threads_of(server):
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def test_a_stream_counts_towards_the_limit_only_while_it_is_open(open_stream, order):
    path = f"/stream{order_selectors.order_url(order)}"
    readers = [open_stream(path) for _ in range(12)]
    for reader in readers:
        reader.next()
    assert open_stream(path).response.status == 429

    for reader in readers:
        reader.close()

    until(lambda: open_stream(path).response.status == 200)
