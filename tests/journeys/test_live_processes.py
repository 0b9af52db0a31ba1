"""A real shop's processes: pages from threads, streams from one of their own, one https address before both."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.journeys.people import order, sign_in
from tests.live.listening import Ear
from tests.live.serving import ROOT, free_port, in_front, made

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def front(shop, tmp_path):
    """
    The proxy before the two processes, which run with a real shop's settings.

    It says "https" to them; a browser takes `localhost` for as safe, and keeps the cookies that want it.
    """
    port = free_port()
    real = {"PIZZERIA_DEMO": "0", "ORIGIN": f"http://localhost:{port}", "STATIC_FOLDER": str(tmp_path)}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env={**os.environ, **real}, check=True)
    with (
        made("pages", **real) as pages,
        made("streams", **real) as streams,
        in_front(port=port, pages=pages.port, streams=streams.port, scheme="https") as front,
    ):
        yield front


def test_keep_a_cook_and_a_guest_informed_without_a_reload(front, browser):
    anna, ciro = [browser.new_context(base_url=f"http://localhost:{front.port}").new_page() for _ in range(2)]
    sign_in(ciro, "chef")
    expect(ciro).to_have_url(re.compile("/kitchen/$"), timeout=15_000)
    assert {cookie["name"] for cookie in ciro.context.cookies()} == {"__Host-session", "__Host-csrf"}
    at_the_board = Ear(ciro)
    at_the_board.hears("beat")

    order(anna)
    at_the_board.hears("version")
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")
    at_the_table = Ear(anna)
    at_the_table.hears("beat")
    ciro.get_by_role("button", name="Start cooking #1").click()

    at_the_table.hears("version")
    expect(anna.locator("#tracker")).to_contain_text("In the oven")
    for page in (anna, ciro):
        page.context.close()
