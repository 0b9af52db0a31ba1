"""A board that loses its stream polls in the meantime, and is live again by itself once the stream is back."""

from contextlib import ExitStack

import pytest
from django.conf import settings
from playwright.sync_api import expect

from kitchen.models import Kitchen
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from tests.e2e.browsers import browser_contexts
from tests.e2e.people import sign_in
from tests.live.fault_proxy import FaultProxy
from tests.live.server_process import reverse_proxy, serving
from tests.live.sse_client import StreamRecorder
from tests.live.steps import step_until_reported_live, steps_of
from tests.shop import basket_of, pizza, place
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)

LONGEST_PAUSE = 90  # seconds until a page that lost its stream connects again, at most


@pytest.fixture
def proxy_for():
    """Yield a function that opens a proxy with faults before a port: `proxy = proxy_for(port)`."""
    with ExitStack() as exit_stack:

        def open_proxy(port):
            proxy = FaultProxy(port)
            exit_stack.callback(proxy.close)
            return proxy

        yield open_proxy


@pytest.fixture
def ciro(served_shop, browser):
    """Yield a function that opens the board with its stream: `page, recorder = ciro(port)`."""
    with ExitStack() as exit_stack:

        def open_board(port):
            page = exit_stack.enter_context(browser_contexts(browser, f"http://127.0.0.1:{port}"))()
            sign_in(page, "chef")
            recorder = StreamRecorder(page)
            recorder.wait_for("beat")
            return page, recorder

        yield open_board


def place_another_order():
    at = clock.now()
    return place(basket_of(pizza(), at=at), at=at)


def is_live(page, recorder, order):
    """Assert that a step of an order arrives through the stream, and that the page shows it."""

    def is_reported_live():
        return recorder.is_reported_live(Kitchen.objects.get().version, seconds=LONGEST_PAUSE + TIMEOUT)

    step_until_reported_live(steps_of(order), is_reported_live, seconds=LONGEST_PAUSE + TIMEOUT)
    order.refresh_from_db()
    expect(page.locator(f".column-{order.status}")).to_contain_text(f"#{order.number}")


def test_a_board_is_live_again_after_the_process_of_its_stream_was_killed(ciro):
    port = free_port()
    with serving() as pages, reverse_proxy(pages=pages.port, streams=port) as front:
        with serving(port=port) as streams:
            page, recorder = ciro(front.port)
            streams.kill()
            streams.wait()
        order = place_another_order()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        assert not recorder.has_received(Kitchen.objects.get().version)

        with serving(port=port):
            is_live(page, recorder, order)


@pytest.mark.parametrize("fault", [FaultProxy.cut, FaultProxy.discard_data])
def test_a_board_is_live_again_after_redis_was_gone(ciro, proxy_for, fault):
    proxy = proxy_for(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    with serving(redis_port=proxy.port) as server:
        page, recorder = ciro(server.port)
        fault(proxy)
        order = place_another_order()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        until(lambda: proxy.failed_connections, page=page)

        proxy.restore()
        is_live(page, recorder, order)


def test_a_board_is_live_again_after_the_connection_of_its_stream_went_silent(ciro, proxy_for):
    with serving() as pages, serving() as streams:
        proxy = proxy_for(streams.port)
        with reverse_proxy(pages=pages.port, streams=proxy.port) as front:
            page, recorder = ciro(front.port)
            proxy.discard_data()
            order = place_another_order()
            expect(page.locator(".column-waiting")).to_contain_text("#1")
            assert not recorder.has_received(Kitchen.objects.get().version)

            proxy.restore()
            is_live(page, recorder, order)
