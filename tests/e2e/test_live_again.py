"""A board that loses its stream polls in the meantime, and is live again by itself once the stream is back."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from kitchen.models import Kitchen
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
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


def are_live(boards, order):
    """Assert that steps of an order reach each board through its stream, and that it shows them and is in step."""
    steps = steps_of(order)
    for page, recorder in boards:

        def is_reported_live(recorder=recorder):
            return recorder.is_reported_live(Kitchen.objects.get().version, seconds=LONGEST_PAUSE + TIMEOUT)

        step_until_reported_live(steps, is_reported_live, seconds=LONGEST_PAUSE + TIMEOUT)
        order.refresh_from_db()
        expect(page.locator(f".column-{order.status}")).to_contain_text(f"#{order.number}")
        expect(page.locator("#offline")).to_be_hidden()


def open_boards(ciro, port):
    """Open some boards, and a control without beats and polls; return pages with their recorders, and the control."""
    boards = [ciro(port) for _ in range(BOARDS)]
    control, _recorder = ciro(port, script=WITHOUT_POLLS_AND_BEATS)
    return boards, control


def are_out_of_step(boards, control):
    """Assert that boards say that they are out of step, and show order 1 all the same; the control does neither."""
    for page, _recorder in boards:
        expect(page.locator(".column-waiting")).to_contain_text("#1")  # by a poll, or by a heartbeat
        expect(page.locator("#offline")).to_contain_text("Not in step since")
    expect(control.locator(".column-waiting")).not_to_contain_text("#1")
    expect(control.locator("#offline")).to_be_hidden()


def test_boards_are_out_of_step_while_the_process_of_their_streams_is_gone_poll_meanwhile_and_are_live_again(
    ciro, server
):
    port = free_port()
    with reverse_proxy(pages=server.port, streams=port) as front:
        with serving(port=port) as streams:
            boards, control = open_boards(ciro, front.port)
            streams.kill()
            streams.wait()
        order = place_another_order()
        are_out_of_step(boards, control)
        assert not any(recorder.has_received(Kitchen.objects.get().version) for _page, recorder in boards)

        with serving(port=port):
            are_live(boards, order)


@pytest.mark.long
@pytest.mark.parametrize(
    "fault",
    by_length([FaultProxy.discard_data], long=[FaultProxy.discard_data, FaultProxy.cut, FaultProxy.refuse]),
)
def test_boards_are_out_of_step_while_redis_is_gone_and_are_live_again(ciro, server, redis_proxy, fault):
    boards, control = open_boards(ciro, server.port)
    fault(redis_proxy)
    try:
        order = place_another_order()
        are_out_of_step(boards, control)
        until(lambda: redis_proxy.failed_connections or fault is FaultProxy.refuse, page=control)
    finally:
        redis_proxy.restore()

    are_live(boards, order)


def test_a_gap_in_the_versions_is_filled_by_the_next_one(ciro, server, proxy_for):
    proxy = proxy_for(server.port)
    with reverse_proxy(pages=server.port, streams=proxy.port) as front:
        page, recorder = ciro(front.port, script=WITHOUT_POLLS_AND_BEATS)
        proxy.lose(b"event: ")
        place_another_order()
        until(lambda: proxy.lost, page=page)
        assert not recorder.has_received(Kitchen.objects.get().version)

        proxy.restore()
        second = place_another_order()
        step_until_reported_live(steps_of(second), lambda: recorder.is_reported_live(Kitchen.objects.get().version))
        expect(page.locator(".column-waiting")).to_contain_text("#1")


def test_a_board_is_live_again_after_the_connection_of_its_stream_went_silent(ciro, server, proxy_for):
    proxy = proxy_for(server.port)
    with reverse_proxy(pages=server.port, streams=proxy.port) as front:
        page, recorder = ciro(front.port)
        proxy.discard_data()
        order = place_another_order()
        expect(page.locator(".column-waiting")).to_contain_text("#1")
        assert not recorder.has_received(Kitchen.objects.get().version)

        proxy.restore()
        are_live([(page, recorder)], order)
