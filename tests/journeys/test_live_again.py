"""A board lost what keeps it live: meanwhile it polls, and then it is live again without a hand on it."""

import re
import time

import pytest
from django.conf import settings
from playwright.sync_api import expect

from kitchen import services as kitchen_line
from kitchen.models import Kitchen
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.journeys.people import sign_in
from tests.live.fault_proxy import Wire
from tests.live.listening import Ear
from tests.live.serving import free_port, in_front, serving
from tests.shop import basket_of, pizza, place

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS_GONE = 20
POLLED = 15_000  # milliseconds in which a board without a stream has looked again


@pytest.fixture
def wires():
    """Lay wires that can fail: `wire = wires(port)`."""
    laid = []

    def lay(port):
        laid.append(Wire(port))
        return laid[-1]

    yield lay
    for wire in laid:
        wire.close()


@pytest.fixture
def ciro(shop, browser):
    """Open the board, live: `page, ear = ciro(port)`."""
    contexts = []

    def arrives(port):
        contexts.append(browser.new_context(base_url=f"http://127.0.0.1:{port}"))
        page = contexts[-1].new_page()
        sign_in(page, "chef")
        expect(page).to_have_url(re.compile("/kitchen/$"), timeout=15_000)
        ear = Ear(page)
        ear.hears("beat")
        return page, ear

    yield arrives
    for context in contexts:
        context.close()


def somebody_orders():
    at = clock.now()
    return place(basket_of(pizza(), at=at), at=at)


def start(order):
    kitchen_line.start_cooking(ref=order.ref, by=SYSTEM, at=clock.now())


def is_live(page, ear, order):
    """See a step arrive through the stream, and on the page."""
    start(order)
    ear.hears("version", Kitchen.objects.get().version)
    expect(page.locator(".column-cooking")).to_contain_text(f"#{order.number}")


def test_after_the_process_of_its_streams_was_killed(ciro):
    port = free_port()
    with serving() as pages, in_front(pages=pages.port, streams=port) as front:
        with serving(port=port) as streams:
            page, ear = ciro(front.port)
            streams.kill()
            streams.wait()
        ear.forget()
        until = time.monotonic() + SECONDS_GONE
        order = somebody_orders()
        expect(page.locator(".column-waiting")).to_contain_text("#1", timeout=POLLED)
        page.wait_for_timeout(max(0, 1000 * (until - time.monotonic())))
        assert ear.heard_nothing

        with serving(port=port):
            ear.hears("beat")
            is_live(page, ear, order)


@pytest.mark.parametrize("fault", [Wire.cut, Wire.silence])
def test_after_redis_was_gone(ciro, wires, fault):
    wire = wires(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    with serving(redis_port=wire.port) as server:
        page, ear = ciro(server.port)
        fault(wire)
        until = time.monotonic() + SECONDS_GONE
        order = somebody_orders()
        expect(page.locator(".column-waiting")).to_contain_text("#1", timeout=POLLED)
        page.wait_for_timeout(max(0, 1000 * (until - time.monotonic())))

        wire.mend()
        ear.forget()
        for _beat in range(2):  # by now the process has called again
            ear.hears("beat")
        is_live(page, ear, order)


def test_after_its_line_went_silent(ciro, wires):
    with serving() as pages, serving() as streams:
        wire = wires(streams.port)
        with in_front(pages=pages.port, streams=wire.port) as front:
            page, ear = ciro(front.port)
            wire.silence()
            ear.forget()
            order = somebody_orders()
            expect(page.locator(".column-waiting")).to_contain_text("#1", timeout=2 * POLLED)
            assert ear.heard_nothing

            wire.mend()
            ear.hears("beat")
            is_live(page, ear, order)
