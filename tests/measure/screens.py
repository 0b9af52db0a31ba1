"""The time until another person's page shows a step of an order."""

import os
from collections.abc import Iterator
from datetime import datetime

from playwright.sync_api import Page, sync_playwright

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders import services as order_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests import shop
from tests.chromium import CHROMIUM
from tests.e2e.people import sign_in
from tests.live.server_process import serving
from tests.measure.figures import print_statistics

ORDERS_WATCHED = 10  # four changes each

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


def measure() -> None:
    """Open the board as a cook, while orders are placed, cooked and handed over."""
    if CHROMIUM is None:
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
        print_statistics("a step, on another's screen", seconds, f"{len(seconds)} changes, since each event's own time")
        browser.close()


def _trip(page: Page) -> Iterator[float]:
    """Take an order through the kitchen; yield for each step the seconds until the page showed it."""
    at = clock.now()
    ref = shop.place(shop.basket_of(shop.pizza(), at=at), at=at).ref
    yield _seconds_until_shown(page, at)
    for step in (kitchen_services.start_cooking, kitchen_services.finish_ticket, order_services.hand_over):
        at = clock.now()
        step(ref=ref, by=SYSTEM, at=at)
        yield _seconds_until_shown(page, at)


def _seconds_until_shown(page: Page, at: datetime) -> float:
    shown_at: float = page.evaluate(SHOWN_AT, Kitchen.objects.get().version)
    return shown_at - at.timestamp()
