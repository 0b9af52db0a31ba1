"""A real shop's processes: pages from threads, streams from one of their own, one address before both."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_line
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.journeys.people import order, sign_in
from tests.live.listening import Ear
from tests.live.serving import ROOT, free_port, in_front, made
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
    ):
        context = browser.new_context(base_url=address)
        yield context.new_page()
        context.close()


def test_keep_a_cook_informed_without_a_reload(shop, browser):
    with opened(browser, scheme="http") as ciro:
        sign_in(ciro, "chef")
        expect(ciro).to_have_url(re.compile("/kitchen/$"), timeout=15_000)
        ear = Ear(ciro)
        ear.hears("beat")

        place(basket_of(pizza(), at=clock.now()), at=clock.now())

        ear.hears("version", 1)
        expect(ciro.locator(".column-waiting")).to_contain_text("#1")


def test_keep_a_guest_informed_with_a_real_shops_settings(shop, browser, tmp_path):
    """The proxy says "https"; a browser takes `localhost` for as safe, and keeps the cookies that want it."""
    with opened(browser, scheme="https", PIZZERIA_DEMO="0", STATIC_FOLDER=str(tmp_path)) as anna:
        order(anna)
        assert {cookie["name"] for cookie in anna.context.cookies()} == {"__Host-session", "__Host-csrf"}
        ear = Ear(anna)
        ear.hears("beat")

        kitchen_line.start_cooking(ref=Order.objects.get().ref, by=SYSTEM, at=clock.now())

        ear.hears("version", Order.objects.get().seq)
        expect(anna.locator("#tracker")).to_contain_text("In the oven")
