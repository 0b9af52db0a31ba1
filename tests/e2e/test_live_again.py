"""A board that loses its stream polls in the meantime, and is live again by itself once the stream is back."""

from contextlib import ExitStack

import pytest
from django.conf import settings
from playwright.sync_api import expect

from kitchen.models import Kitchen
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from tests.e2e.browsers import contexts
from tests.e2e.people import sign_in
from tests.live.fault_proxy import Wire
from tests.live.server_process import in_front, serving
from tests.live.sse_client import Ear
from tests.live.steps import steps_of, until_told
from tests.shop import basket_of, pizza, place
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)

LONGEST_PAUSE = 90  # seconds until a page that lost its stream connects again, at most


@pytest.fixture
def wires():
    """Yield a function that opens a proxy with faults before a port: `wire = wires(port)`."""
    with ExitStack() as laid:

        def lay(port):
            wire = Wire(port)
            laid.callback(wire.close)
            return wire

        yield lay


@pytest.fixture
def ciro(served_shop, browser):
    """Yield a function that opens the board with its stream: `page, ear = ciro(port)`."""
    with ExitStack() as opened:

        def arrives(port):
            page = opened.enter_context(contexts(browser, f"http://127.0.0.1:{port}"))()
            sign_in(page, "chef")
            ear = Ear(page)
            ear.hears("beat")
            return page, ear

        yield arrives


def somebody_orders():
    at = clock.now()
    return place(basket_of(pizza(), at=at), at=at)


def is_live(page, ear, order):
    """Assert that a step of an order arrives through the stream, and that the page shows it."""

    def is_told():
        return ear.is_told(Kitchen.objects.get().version, seconds=LONGEST_PAUSE + TIMEOUT)

    until_told(steps_of(order), is_told, seconds=LONGEST_PAUSE + TIMEOUT)
    order.refresh_from_db()
    expect(page.locator(f".column-{order.status}")).to_contain_text(f"#{order.number}")


def test_a_board_is_live_again_after_the_process_of_its_stream_was_killed(ciro):
    port = free_port()
    with serving() as pages, in_front(pages=pages.port, streams=port) as front:
        with serving(port=port) as streams:
            page, ear = ciro(front.port)
            streams.kill()
            streams.wait()
        order = somebody_orders()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        assert not ear.has_heard_of(Kitchen.objects.get().version)

        with serving(port=port):
            is_live(page, ear, order)


@pytest.mark.parametrize("fault", [Wire.cut, Wire.silence])
def test_a_board_is_live_again_after_redis_was_gone(ciro, wires, fault):
    wire = wires(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    with serving(redis_port=wire.port) as server:
        page, ear = ciro(server.port)
        fault(wire)
        order = somebody_orders()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        until(lambda: wire.called_in_vain, page=page)

        wire.mend()
        is_live(page, ear, order)


def test_a_board_is_live_again_after_the_connection_of_its_stream_went_silent(ciro, wires):
    with serving() as pages, serving() as streams:
        wire = wires(streams.port)
        with in_front(pages=pages.port, streams=wire.port) as front:
            page, ear = ciro(front.port)
            wire.silence()
            order = somebody_orders()
            expect(page.locator(".column-waiting")).to_contain_text("#1")
            assert not ear.has_heard_of(Kitchen.objects.get().version)

            wire.mend()
            is_live(page, ear, order)
