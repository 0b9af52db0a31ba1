"""Streams, read from a real server: news within a moment, versions with every beat, and right again by themselves."""

import time

import pytest
from django.conf import settings
from django.urls import reverse

from kitchen import services as kitchen_line
from kitchen.models import Kitchen
from orders import selectors
from pizzeria.foundation.actor import SYSTEM
from pizzeria.people.roles import KITCHEN
from pizzeria.people.services import give_roles, sync_roles
from tests import shop
from tests.factories import UserFactory
from tests.live.fault_proxy import Wire
from tests.live.serving import Reader, serving
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


def test_tell_a_guest_and_the_board_of_a_step_within_a_second(read, order, ciro):
    tracker, board = follow(read, order), read(reverse("live:board"), ciro)
    tracker.next(kind="beat")
    board.next()

    begun = time.monotonic()
    seq = start(order)

    assert tracker.next(kind="version") == ("version", seq)
    assert board.next(kind="version") == ("version", Kitchen.objects.get().version)
    assert time.monotonic() - begun < 1


def test_go_on_with_versions_from_the_database_while_redis_is_gone_and_are_live_again(read, order, wire):
    reader = follow(read, order)
    wire.cut()
    try:
        seq = start(order)
        while reader.next(kind="beat") != ("beat", seq):
            pass
    finally:
        wire.mend()
    reader.next(kind="beat")  # by now it has called again

    kitchen_line.finish_ticket(ref=order.ref, by=shop.acting_as(KITCHEN), at=FRIDAY_NIGHT)

    assert reader.next(kind="version") == ("version", seq + 1)


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
    time.sleep(0.5)

    assert read(path).answer.status == 200
