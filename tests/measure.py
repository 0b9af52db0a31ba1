"""
How quick the shop is: figures to read and compare, never asserted.

    make measure

Runs against servers of its own, in one process and without a network between; quote ratios rather than milliseconds.
What a second screen shows is measured in the system's Chromium, with the shop in another process.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import django

django.setup()

from django.core.cache import cache  # noqa: E402 - Django has to be up before its apps are
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from kitchen import services as kitchen_line  # noqa: E402
from kitchen.models import Kitchen, State, Ticket  # noqa: E402
from orders import selectors  # noqa: E402
from orders import services as front_desk  # noqa: E402
from orders.models import Order  # noqa: E402
from pizzeria.foundation import clock  # noqa: E402
from pizzeria.foundation.actor import SYSTEM  # noqa: E402
from pizzeria.foundation.idempotency.ledger import Once  # noqa: E402
from pizzeria.people.models import User  # noqa: E402
from tests import shop  # noqa: E402
from tests.journeys.people import sign_in  # noqa: E402
from tests.live.serving import serving  # noqa: E402
from tests.screenshots import CHROMIUM  # noqa: E402

ORDERS, THREADS, TIMES = 400, 8, 60
ORDERS_WATCHED = 10  # four changes each

# Notes when the board first showed each version, just before the frame is painted.
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


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("set_up_shop", verbosity=0)
    call_command("set_up_demo", verbosity=0)
    Kitchen.objects.update(max_concurrent_orders=ORDERS * 2)
    print(f"{os.cpu_count()} cores, {connection.pg_version // 10000} is PostgreSQL's version\n")
    screens()
    placing()
    pages()


def screens() -> None:
    """Let a cook look at the board while somebody else orders, cooks and hands over."""
    if not Path(CHROMIUM).exists():
        print("a step, on another's screen: left out, there is no Chromium here")
        return
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.port}")
        sign_in(page, "chef")
        page.wait_for_url("**/kitchen/")
        page.evaluate(WATCH)
        seconds = [each for _order in range(ORDERS_WATCHED) for each in _trip(page)]
        _say("a step, on another's screen", seconds, f"{len(seconds)} changes, since each event's own time")
        browser.close()


def _trip(page: Page) -> Iterator[float]:
    """Take an order through the kitchen; give for each step the seconds until the page showed it."""
    at = clock.now()
    ref = shop.place(shop.basket_of(shop.pizza(), at=at), at=at).ref
    yield _seconds_until_shown(page, at)
    for step in (kitchen_line.start_cooking, kitchen_line.finish_ticket, front_desk.hand_over):
        at = clock.now()
        step(ref=ref, by=SYSTEM, at=at)
        yield _seconds_until_shown(page, at)


def _seconds_until_shown(page: Page, at: datetime) -> float:
    shown_at: float = page.evaluate(SHOWN_AT, Kitchen.objects.get().version)
    return shown_at - at.timestamp()


def placing() -> None:
    """Place orders from several threads at once, then one alone with its statements counted."""

    def guest(_number: int) -> float:
        basket = shop.basket_of(shop.pizza(added=("olives", "basil")), shop.extra(), at=clock.now())
        total = shop.total_of(basket, at=clock.now())
        begun = time.perf_counter()
        order = shop.place(basket, shown_total=total, at=clock.now(), once=_once())
        seconds = time.perf_counter() - begun
        Ticket.objects.filter(ref=order.ref).update(state=State.GONE)  # the line stays as short as on a good evening
        return seconds

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as guests:
        seconds = list(guests.map(guest, range(ORDERS)))
    rate = ORDERS / (time.perf_counter() - begun)
    _say(f"place_order, {THREADS} threads, {ORDERS} orders", seconds, f"{rate:.0f} baskets filled and ordered a second")

    _say("place_order, one guest after another", [guest(number) for number in range(TIMES)], "")
    basket = shop.basket_of(shop.pizza(added=("olives", "basil")), shop.extra(), at=clock.now())
    total = shop.total_of(basket, at=clock.now())
    with CaptureQueriesContext(connection) as statements:
        shop.place(basket, shown_total=total, at=clock.now(), once=_once())
    counted = [query for query in statements if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    print(f"place_order takes {len(counted)} statements\n")


def pages() -> None:
    """Open pages again and again, as a guest and as the chef, cached and not; the board with 200 tickets."""
    for _ in range(200):
        shop.place(shop.basket_of(shop.pizza(), at=clock.now()), at=clock.now())
    guest, chef = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    chef.force_login(User.objects.get(username="chef"))
    newest = Order.objects.select_related("contact").latest("id")
    for name, visitor, address, cached in (
        ("menu, uncached", guest, reverse("menu:card"), False),
        ("menu, cached", guest, reverse("menu:card"), True),
        ("menu, cached, signed in", chef, reverse("menu:card"), True),
        ("pizza page, uncached", guest, reverse("menu:pizza", args=["pepperoni"]), False),
        ("pizza page, cached", guest, reverse("menu:pizza", args=["pepperoni"]), True),
        ("a guest's order", guest, selectors.address(newest), True),
        ("board with 201 tickets", chef, reverse("kitchen:board"), True),
    ):
        assert visitor.get(address).status_code == HTTPStatus.OK
        seconds, queries = [], 0
        for _ in range(TIMES):
            if not cached:
                cache.clear()
            with CaptureQueriesContext(connection) as statements:
                seconds.append(_timed(lambda: visitor.get(address)))  # noqa: B023 - called at once
            queries = len(statements)
        _say(name, seconds, f"{queries} queries, session included")


def _once() -> Once:
    return Once.of(principal="measure", key=uuid4(), asked={})


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _say(name: str, seconds: list[float], more: str) -> None:
    p50, p95 = statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000
    print(f"{name:48} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {more}")


if __name__ == "__main__":
    main()
