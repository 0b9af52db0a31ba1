"""A real shop's processes, for pages and for streams, behind one address."""

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
from tests.e2e.browsers import browser_contexts
from tests.e2e.people import order, sign_in_by_form
from tests.live.server_process import ROOT, reverse_proxy, running_make_target
from tests.live.sse_client import StreamRecorder
from tests.live.steps import step_until_reported_live, steps_of
from tests.shop import basket_of, pizza, place

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def opened(browser, *, scheme, **variables):
    """Serve the shop by its make targets, and yield a page in a browser context."""
    port = free_port()
    address = f"http://localhost:{port}"
    variables["ORIGIN"] = address
    if "STATIC_FOLDER" in variables:
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
        subprocess.run(collect, cwd=ROOT, env={**os.environ, **variables}, check=True)
    with (
        running_make_target("pages", **variables) as pages,
        running_make_target("streams", **variables) as streams,
        reverse_proxy(port=port, pages=pages.port, streams=streams.port, scheme=scheme),
        browser_contexts(browser, address) as open_page,
    ):
        yield open_page()


def test_the_processes_of_a_real_shop_update_the_kitchens_board_without_a_reload(served_shop, browser):
    with opened(browser, scheme="http") as ciro:
        sign_in_by_form(ciro, "chef")
        recorder = StreamRecorder(ciro)
        recorder.wait_for("beat")

        placed = place(basket_of(pizza(), at=clock.now()), at=clock.now())
        expect(ciro.locator(".column-waiting")).to_contain_text("#1")
        step_until_reported_live(steps_of(placed), lambda: recorder.is_reported_live(Kitchen.objects.get().version))

        placed.refresh_from_db()
        expect(ciro.locator(f".column-{placed.status}")).to_contain_text("#1")


def test_the_processes_and_settings_of_a_real_shop_update_a_guests_order_without_a_reload(shop, browser, tmp_path):
    """The proxy declares "https"; a browser treats `localhost` as secure, so it keeps `__Host-` cookies."""
    with opened(browser, scheme="https", PIZZERIA_DEMO="0", STATIC_FOLDER=str(tmp_path)) as anna:
        order(anna)
        assert {cookie["name"] for cookie in anna.context.cookies()} == {"__Host-session", "__Host-csrf"}
        recorder = StreamRecorder(anna)
        recorder.wait_for("beat")

        placed = Order.objects.get()
        step_until_reported_live(steps_of(placed), lambda: recorder.is_reported_live(Order.objects.get().seq))

        placed.refresh_from_db()
        headline = {OrderStatus.COOKING: "In the oven", OrderStatus.READY: "Ready for you"}[placed.status]
        expect(anna.locator("#tracker")).to_contain_text(headline)


def test_a_first_visit_of_the_menu_with_all_of_its_pictures_transfers_at_most_150_kilobytes(
    served_shop, browser, tmp_path
):
    with opened(browser, scheme="https", PIZZERIA_DEMO="0", STATIC_FOLDER=str(tmp_path)) as anna:
        transferred, addresses, encodings = [], [], {}
        network = anna.context.new_cdp_session(anna)
        network.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
        network.on("Network.responseReceived", lambda event: _note(event["response"], addresses, encodings))
        network.send("Network.enable")

        anna.goto("/menu/")
        pictures = anna.locator("main img")
        for picture in pictures.all():  # they are loaded when they come into sight
            picture.scroll_into_view_if_needed()
        anna.wait_for_load_state("networkidle")
        assert pictures.evaluate_all("pictures => pictures.every((picture) => picture.naturalWidth > 0)")

    assert len(transferred) == len(addresses)
    assert sum(transferred) <= 150_000, sum(transferred)
    [sheet] = [address for address in addresses if address.endswith(".css")]
    assert "/css/guest." in sheet
    of_text = {address: encoding for address, encoding in encodings.items() if not address.endswith(".webp")}
    assert set(of_text.values()) == {"gzip"}, of_text


def _note(response, addresses, encodings):
    headers = {name.lower(): value for name, value in response["headers"].items()}
    addresses.append(response["url"])
    encodings[response["url"]] = headers.get("content-encoding", "")
