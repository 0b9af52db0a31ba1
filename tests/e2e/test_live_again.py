"""A board that loses its stream polls in the meantime, and is live again by itself once the stream is back."""

import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.e2e.browsers import browser_contexts
from tests.e2e.people import sign_in
from tests.length import by_length
from tests.live.fault_proxy import FaultProxy
from tests.live.server_process import reverse_proxy, serving
from tests.live.sse_client import StreamRecorder
from tests.live.steps import step_until_reported_live, steps_of
from tests.shop import basket_of, pizza, place
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)

BOARDS = by_length(2, long=4)
SECONDS_GONE = by_length(12, long=20)
LONGEST_PAUSE = 10  # seconds until a page of the staff that lost its stream connects again, at most

# Takes polls and heartbeats from a board: it learns of changes by versions only, and does not notice a silence.
WITHOUT_POLLS_AND_BEATS = """
    document.addEventListener("DOMContentLoaded", () => {
        document.querySelector('[hx-trigger^="every"]')?.setAttribute("hx-trigger", "live");
    });
    const { addEventListener } = EventSource.prototype;
    EventSource.prototype.addEventListener = function (type, ...more) {
        if (type === "version") addEventListener.call(this, type, ...more);
    };
    window.setInterval = () => 0;
"""


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

        def open_board(port, *, script=""):
            page = exit_stack.enter_context(browser_contexts(browser, f"http://127.0.0.1:{port}"))()
            page.add_init_script(script)
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


def test_a_board_is_out_of_step_while_the_process_of_its_stream_is_gone_polls_meanwhile_and_is_live_again(ciro):
    port = free_port()
    with serving() as pages, reverse_proxy(pages=pages.port, streams=port) as front:
        with serving(port=port) as streams:
            page, recorder = ciro(front.port)
            control, _recorder = ciro(front.port, script=WITHOUT_POLLS_AND_BEATS)
            streams.kill()
            streams.wait()
        order = place_another_order()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        expect(page.locator("#offline")).to_contain_text("Not in step since")
        assert not recorder.has_received(Kitchen.objects.get().version)
        expect(control.locator(".column-waiting")).not_to_contain_text("#1")
        expect(control.locator("#offline")).to_be_hidden()

        with serving(port=port):
            is_live(page, recorder, order)
            expect(page.locator("#offline")).to_be_hidden()


def test_a_gap_in_the_versions_is_filled_by_the_next_one(ciro, proxy_for):
    with serving() as pages, serving() as streams:
        proxy = proxy_for(streams.port)
        with reverse_proxy(pages=pages.port, streams=proxy.port) as front:
            page, recorder = ciro(front.port, script=WITHOUT_POLLS_AND_BEATS)
            proxy.lose(b"event: ")
            place_another_order()
            until(lambda: proxy.lost, page=page)
            assert not recorder.has_received(Kitchen.objects.get().version)

            proxy.restore()
            second = place_another_order()
            step_until_reported_live(steps_of(second), lambda: recorder.is_reported_live(Kitchen.objects.get().version))
            expect(page.locator(".column-waiting")).to_contain_text("#1")


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


@pytest.mark.long
@pytest.mark.parametrize("gone", by_length(["redis"], long=["streams", "redis"]))
def test_every_board_is_out_of_step_during_an_outage_and_right_after_it(ciro, proxy_for, gone):
    """The outage is longer than the ten seconds after which a board says so; the control has no beats and no polls."""
    redis, port = proxy_for(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0])), free_port()
    with serving() as pages, reverse_proxy(pages=pages.port, streams=port) as front, ExitStack() as started:

        def start_streams():
            return started.enter_context(serving(port=port, redis_port=redis.port))

        streams = start_streams()
        boards = [ciro(front.port)[0] for _ in range(BOARDS)]
        control, _recorder = ciro(front.port, script=WITHOUT_POLLS_AND_BEATS)
        if gone == "streams":
            streams.kill()
            streams.wait()
        else:
            redis.refuse()
        began = time.monotonic()
        place_another_order()
        for board in boards:
            expect(board.locator("#offline")).to_contain_text("Not in step since")
            expect(board.locator(".column-waiting")).to_contain_text("#1")  # by a poll, or by a heartbeat
        expect(control.locator("#offline")).to_be_hidden()
        expect(control.locator(".column-waiting")).not_to_contain_text("#1")
        boards[0].wait_for_timeout(1000 * max(0, SECONDS_GONE - (time.monotonic() - began)))
        order = place_another_order()

        if gone == "streams":
            start_streams()
        else:
            redis.restore()
        kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=clock.now())
        for board in boards:
            expect(board.locator("#offline")).to_be_hidden()
            expect(board.locator(".column-cooking")).to_contain_text("#2")
