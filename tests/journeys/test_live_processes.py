"""A real shop's processes: pages from threads, streams from one of their own, one address before both."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from kitchen.models import Kitchen
from orders.models import Order, OrderStatus
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from tests.journeys.browsers import contexts
from tests.journeys.people import order, sign_in
from tests.live.listening import Ear
from tests.live.serving import ROOT, in_front, made
from tests.live.steps import steps_of, until_told
from tests.shop import basket_of, pizza, place

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def opened(browser, *, scheme, **variables):
    """Open a shop by its make targets, and a page of it."""
    port = free_port()
    address = f"http://localhost:{port}"
    variables["ORIGIN"] = address
    if "STATIC_FOLDER" in variables:
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
        subprocess.run(collect, cwd=ROOT, env={**os.environ, **variables}, check=True)
    with (
        made("pages", **variables) as pages,
        made("streams", **variables) as streams,
        in_front(port=port, pages=pages.port, streams=streams.port, scheme=scheme),
        contexts(browser, address) as opens,
    ):
        yield opens()


def test_keep_a_cook_informed_without_a_reload(served_shop, browser):
    with opened(browser, scheme="http") as ciro:
        sign_in(ciro, "chef")
        ear = Ear(ciro)
        ear.hears("beat")

        placed = place(basket_of(pizza(), at=clock.now()), at=clock.now())
        expect(ciro.locator(".column-waiting")).to_contain_text("#1")
        until_told(steps_of(placed), lambda: ear.is_told(Kitchen.objects.get().version))

        placed.refresh_from_db()
        expect(ciro.locator(f".column-{placed.status}")).to_contain_text("#1")


def test_keep_a_guest_informed_with_a_real_shops_settings(shop, browser, tmp_path):
    """The proxy says "https"; a browser takes `localhost` for as safe, and keeps the cookies that want it."""
    with opened(browser, scheme="https", PIZZERIA_DEMO="0", STATIC_FOLDER=str(tmp_path)) as anna:
        order(anna)
        assert {cookie["name"] for cookie in anna.context.cookies()} == {"__Host-session", "__Host-csrf"}
        ear = Ear(anna)
        ear.hears("beat")

        placed = Order.objects.get()
        until_told(steps_of(placed), lambda: ear.is_told(Order.objects.get().seq))

        placed.refresh_from_db()
        headline = {OrderStatus.COOKING: "In the oven", OrderStatus.READY: "Ready for you"}[placed.status]
        expect(anna.locator("#tracker")).to_contain_text(headline)
