"""Streams, read from a real server: news within a moment, versions with every beat, and right again by themselves."""

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse

from kitchen import services as kitchen_line
from kitchen.models import Kitchen
from orders import selectors
from pizzeria.foundation.actor import SYSTEM
from pizzeria.live import views
from pizzeria.live.hub import Stream, hub
from pizzeria.live.topics import Topic
from pizzeria.people.models import User
from pizzeria.people.roles import KITCHEN
from pizzeria.people.services import give_roles, sync_roles
from tests import shop
from tests.factories import UserFactory
from tests.live.fault_proxy import Wire
from tests.live.serving import Reader, moments, serving
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def wire():
    """The wire between the server and its Redis; the commands have another."""
    wire = Wire(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def server(wire, django_db_setup):
    with serving(redis_port=wire.port) as server:
        yield server


@pytest.fixture
def order(transactional_db):
    shop.open_shop()
    return shop.place()


@pytest.fixture
def read(server):
    """Open streams: `read(path)`; closed again afterwards."""
    readers = []

    def reads(path, client=None):
        readers.append(Reader(server, path, client))
        return readers[-1]

    yield reads
    for reader in readers:
        reader.close()


@pytest.fixture
def ciro(order, client):
    sync_roles(by=SYSTEM)
    user = UserFactory()
    give_roles(user, [KITCHEN])
    client.force_login(user)
    return client


def start(order):
    kitchen_line.start_cooking(ref=order.ref, by=shop.acting_as(KITCHEN), at=FRIDAY_NIGHT)
    order.refresh_from_db()
    return order.seq


def follow(read, order):
    """Follow an order; by the second beat the server hears Redis for certain."""
    reader = read(f"/stream{selectors.address(order)}")
    assert reader.next() == ("beat", order.seq)
    return reader


def test_begin_with_the_version_of_now_and_are_kept_by_nobody(read, order):
    reader = read(f"/stream{selectors.address(order)}")

    assert reader.answer.status == 200
    assert reader.answer.headers["Content-Type"] == "text/event-stream"
    assert reader.answer.headers["Cache-Control"] == "no-store"
    assert reader.answer.headers["X-Accel-Buffering"] == "no"
    assert reader.next() == ("beat", order.seq)


def test_tell_a_guest_and_the_board_of_a_step(read, order, ciro):
    tracker, board = follow(read, order), read(reverse("live:board"), ciro)
    tracker.next(kind="beat")
    board.next()

    seq = start(order)

    assert tracker.next(kind="version") == ("version", seq)
    assert board.next(kind="version") == ("version", Kitchen.objects.get().version)


@pytest.mark.parametrize("fault", [Wire.cut, Wire.silence])
def test_go_on_with_versions_from_the_database_while_redis_is_gone_and_are_live_again(read, order, wire, fault):
    reader = follow(read, order)
    fault(wire)
    try:
        seq = start(order)
        while reader.next(kind="beat") != ("beat", seq):
            pass
    finally:
        wire.mend()

    assert any(reader.next()[0] == "version" for _step in back_and_forth(order))


def back_and_forth(order, steps=10):
    """Take a ticket out of the oven and put it back again: something for a stream to tell of, time and again."""
    for number in range(steps):
        step = kitchen_line.recall_ticket if number % 2 else kitchen_line.finish_ticket
        yield step(ref=order.ref, by=shop.acting_as(KITCHEN), at=FRIDAY_NIGHT)


def test_beat_without_a_version_while_the_database_is_gone_and_with_it_again(order):
    database = Wire(int(connection.settings_dict["PORT"]))
    with serving(database_port=database.port) as server:
        reader = Reader(server, f"/stream{selectors.address(order)}")
        assert reader.next() == ("beat", order.seq)

        database.cut()
        while reader.next(kind="beat") != ("beat", None):
            pass
        database.mend()

        while reader.next(kind="beat") != ("beat", order.seq):
            pass
        reader.close()
    database.close()


def test_end_after_a_while_so_that_their_reader_is_looked_at_again(order, monkeypatch):
    monkeypatch.setattr(views, "SECONDS_OF_A_STREAM", 0)

    assert len(all_of_it(order)) == 1
    assert hub.held_by("anna") == 0


def test_end_with_their_readers_session_or_role_and_with_nobody_elses(read, order, ciro):
    dismissed, gone, busy = ciro, signed_in_cook(), signed_in_cook()
    boards = [read(reverse("live:board"), cook) for cook in (dismissed, gone, busy)]
    guests = follow(read, order)

    User.objects.get(pk=dismissed.session[SESSION_KEY]).groups.clear()
    gone.session.flush()
    for board in boards[:2]:
        board.read_on()

    assert guests.next(kind="beat") == ("beat", order.seq)
    assert boards[2].next(kind="beat")


def signed_in_cook():
    browser, user = Client(), UserFactory()
    give_roles(user, [KITCHEN])
    browser.force_login(user)
    return browser


def test_end_where_no_heart_beats(order, monkeypatch):
    monkeypatch.setattr(views, "SECONDS_BETWEEN_BEATS", 0.01)

    assert len(all_of_it(order)) == 1


def all_of_it(order):
    """Read a stream of this process to its end."""

    async def read():
        async with asyncio.timeout(20):
            stream = Stream(Topic("order", order.ref), holder="anna")
            return [message async for message in views._messages(stream, order.seq)]

    return asyncio.run(read())


def test_keep_no_connection_of_the_database_while_they_are_open(read, order, server):
    """The pool has sixteen."""
    for number in range(24):
        order = shop.place() if number % 8 == 0 else order
        assert read(f"/stream{selectors.address(order)}").next()[0] == "beat"

    begun = time.monotonic()
    page = Reader(server, selectors.address(order))

    assert page.answer.status == 200
    assert time.monotonic() - begun < 2
    page.close()


@pytest.mark.parametrize(
    ("application", "threads_kept"),
    [("pizzeria.asgi", False), ("tests.live.djangos_own", True)],
    ids=["ours", "control"],
)
def test_keep_no_thread_while_they_are_open(order, application, threads_kept):
    with serving(application) as server, ExitStack() as closing:
        for number in range(100):
            order = shop.place() if number % 10 == 0 else order
            reader = Reader(server, f"/stream{selectors.address(order)}")
            closing.callback(reader.close)
            assert reader.next()[0] == "beat"

        assert (threads_of(server) > 100) is threads_kept


def threads_of(server):
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def test_do_not_keep_the_server_from_ending(order):
    with serving() as server:
        reader = Reader(server, f"/stream{selectors.address(order)}")
        reader.next()

        server.terminate()

        assert server.wait(timeout=6) is not None
        reader.close()


def test_are_counted_while_they_are_open_and_not_afterwards(read, order):
    path = f"/stream{selectors.address(order)}"
    readers = [read(path) for _ in range(12)]
    for reader in readers:
        reader.next()
    assert read(path).answer.status == 429

    for reader in readers:
        reader.close()

    assert any(read(path).answer.status == 200 for _try in moments())
