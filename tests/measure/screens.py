"""
The time until another person's page shows a step of an order: alone, and with many boards and trackers connected; and
until boards are right again after the shop's server or Redis was gone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders import selectors as order_selectors
from orders import services as order_services
from orders.models import Order
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.roles import assign_roles
from tests import shop
from tests.chromium import CHROMIUM
from tests.e2e.people import sign_in_by_form
from tests.live.fault_proxy import FaultProxy
from tests.live.server_process import ROOT, reverse_proxy, running_make_target, serving
from tests.measure.figures import print_statistics

ORDERS_WATCHED = 10  # four changes each
SECONDS_APART = 1.0  # from one change on the screen to the next step: closer than in any kitchen
WEB_PROCESSES = 2
BOARDS, TRACKERS = 50, 1000
TRACKERS_OF_AN_ORDER = 10
SECONDS_GONE = 20
OUTAGES = 3  # of each kind

# Records when the board first shows each version, just before the frame is painted.
WATCH = """() => {
    window.shown = [];
    new MutationObserver(() => requestAnimationFrame(() => {
        const version = Number(document.getElementById("board").dataset.version);
        window.shown.push([version, (performance.timeOrigin + performance.now()) / 1000]);
    })).observe(document.body, { childList: true, subtree: true });
}"""
SHOWN_AT = """async (version) => {
    const isShown = () => window.shown.find(([shown]) => shown >= version);
    while (!isShown()) await new Promise(requestAnimationFrame);
    return isShown()[1];
}"""
IN_STEP_AGAIN = """async () => {
    const notice = document.getElementById("offline");
    while (!notice.hidden) await new Promise((resolve) => setTimeout(resolve, 20));
}"""


def measure() -> None:
    """Open the board as a cook, while orders are placed, cooked and handed over."""
    if CHROMIUM is None:
        print("a step, on another's screen: left out, there is no Chromium here")
        return
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread
    port = free_port()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=f"http://127.0.0.1:{port}")
        with _shop(port) as (pages, streams):
            _open_board(page)
            _print_trips("a step, on another's screen", page)
            trackers = _trackers()
            for what, kind in (("streams", "tracker"), ("boards", "board")):  # a board also fetches the page
                with _followers(pages, streams, [*_boards(kind), *trackers]):
                    _print_trips(f"... and {BOARDS} {what}, {TRACKERS} trackers", page)
        for gone in ("the server", "Redis"):
            seconds = sorted(_seconds_until_right(page, port, gone) for _ in range(OUTAGES))
            after = ", ".join(f"{each:.1f} s" for each in seconds)
            print(f"{gone} gone for {SECONDS_GONE} s: red meanwhile, and right again after {after}")
        browser.close()


@contextmanager
def _shop(port: int) -> Iterator[tuple[int, int]]:
    """Run the processes of a real shop behind a proxy; yield the ports of pages and of streams."""
    with (
        running_make_target("pages", WEB_CONCURRENCY=str(WEB_PROCESSES)) as pages,
        running_make_target("streams") as streams,
        reverse_proxy(pages=pages.port, streams=streams.port, port=port),
    ):
        yield pages.port, streams.port


def _open_board(page: Page) -> None:
    sign_in_by_form(page, "chef")
    page.wait_for_url("**/kitchen/")
    page.evaluate(WATCH)


def _print_trips(name: str, page: Page) -> None:
    seconds = [each for _order in range(ORDERS_WATCHED) for each in _trip(page)]
    print_statistics(
        name, seconds, f"{len(seconds)} changes, each {SECONDS_APART:g} s after the last; since its own time"
    )


def _trip(page: Page) -> Iterator[float]:
    """Take an order through the kitchen; yield for each step the seconds until the page showed it."""
    time.sleep(SECONDS_APART)
    at = clock.now()
    ref = _place()
    yield _seconds_until_shown(page, at)
    for step in (kitchen_services.start_cooking, kitchen_services.finish_ticket, order_services.hand_over):
        time.sleep(SECONDS_APART)
        at = clock.now()
        step(ref=ref, by=SYSTEM, at=at)
        yield _seconds_until_shown(page, at)


def _place() -> object:
    at = clock.now()
    return shop.place(shop.basket_of(shop.pizza(), at=at), at=at).ref


def _seconds_until_shown(page: Page, at: datetime) -> float:
    shown_at: float = page.evaluate(SHOWN_AT, Kitchen.objects.get().version)
    return shown_at - at.timestamp()


def _boards(kind: str) -> Iterator[str]:
    """Yield a line for each board, of a cook with a session of their own."""
    for number in range(BOARDS):
        user, _is_new = User.objects.get_or_create(username=f"measured-{number}")
        assign_roles(user, [KITCHEN])
        cook = Client(SERVER_NAME="localhost")
        cook.force_login(user)
        session = cook.cookies[settings.SESSION_COOKIE_NAME].value
        yield f"{kind}\t{reverse('live:board')}\t{settings.SESSION_COOKIE_NAME}={session}"


def _trackers() -> list[str]:
    """Place orders, and return a line for each guest who follows one; the orders leave the kitchen's queue at once."""
    refs = [_place() for _ in range(TRACKERS // TRACKERS_OF_AN_ORDER)]
    Ticket.objects.filter(ref__in=refs).update(state=TicketState.GONE)
    orders = Order.objects.filter(ref__in=refs).select_related("contact")
    return [f"tracker\t/stream{order_selectors.order_url(order)}\t" for order in orders] * TRACKERS_OF_AN_ORDER


@contextmanager
def _followers(pages: int, streams: int, lines: list[str]) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.measure.followers", str(pages), str(streams)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as followers:
        assert followers.stdin and followers.stdout
        followers.stdin.write("\n".join(lines))
        followers.stdin.close()
        assert followers.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            followers.kill()


def _seconds_until_right(page: Page, port: int, gone: str) -> float:
    """Return the seconds until the board is in step again, and shows what was ordered while something was gone."""
    redis = FaultProxy(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    with closing(redis), ExitStack() as servers:
        server = servers.enter_context(serving(port=port, redis_port=redis.port))
        page.evaluate(IN_STEP_AGAIN)
        if gone == "Redis":
            redis.refuse()
        else:
            server.kill()
            server.wait()
        time.sleep(SECONDS_GONE - 2)
        _place()
        time.sleep(2)
        assert page.locator("#offline").is_visible()
        if gone == "Redis":
            redis.restore()
        else:
            servers.enter_context(serving(port=port, redis_port=redis.port))
        since = time.monotonic()
        page.evaluate(SHOWN_AT, Kitchen.objects.get().version)
        page.evaluate(IN_STEP_AGAIN)
        return time.monotonic() - since
