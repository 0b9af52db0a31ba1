"""Two screens: what one person does, another sees a moment later without touching anything, and without polling."""

import re

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_line
from orders import services as front_desk
from orders.models import Reason
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.journeys.people import check_out, choose, order, sign_in
from tests.live.listening import Ear
from tests.live.serving import serving
from tests.shop import basket_of, pizza, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def screens(shop, browser):
    """Open screens of a shop that streams: `page = screens()`."""
    with serving() as server:
        contexts, complaints = [], []

        def opens():
            contexts.append(browser.new_context(base_url=f"http://127.0.0.1:{server.port}"))
            page = contexts[-1].new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        yield opens
        for context in contexts:
            context.close()
    assert complaints == []


def ref_of(page):
    return re.search(r"/orders/([0-9a-f-]{36})/", page.url)[1]


def fetches_of(page):
    """Keep a list of what a page asks for by itself."""
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("hx-request") else None)
    return asked


def test_follow_without_a_reload_and_without_polling(screens):
    anna, ciro = screens(), screens()
    choose(anna, "Margherita", size="Small", adding=[], scripted=True)
    anna.get_by_role("button", name="Add to basket").click()
    sign_in(ciro, "chef")
    expect(ciro).to_have_url(re.compile("/kitchen/$"), timeout=15_000)

    check_out(anna)
    expect(ciro.locator(".column-waiting")).to_contain_text("#1", timeout=4000)

    asked_by_anna, asked_by_ciro = fetches_of(anna), fetches_of(ciro)
    anna.wait_for_timeout(11_000)  # both would have polled
    assert asked_by_anna + asked_by_ciro == []

    kitchen_line.start_cooking(ref=ref_of(anna), by=SYSTEM, at=clock.now())
    expect(anna.locator("#tracker")).to_contain_text("In the oven", timeout=4000)
    expect(ciro.locator(".column-cooking")).to_contain_text("#1", timeout=4000)
    assert len(asked_by_anna) == len(asked_by_ciro) == 1


def test_change_under_a_reader_without_moving_them_and_say_it_once(screens):
    anna = screens()
    order(anna)
    anna.set_viewport_size({"width": 390, "height": 600})
    anna.get_by_role("link", name="the way to order").focus()
    anna.evaluate("window.scrollTo(0, 500)")
    anna.evaluate(
        """() => {
            window.heard = [];
            const spoken = document.getElementById("spoken");
            new MutationObserver(() => window.heard.push(spoken.textContent)).observe(spoken, { childList: true });
        }"""
    )

    kitchen_line.start_cooking(ref=ref_of(anna), by=SYSTEM, at=clock.now())
    expect(anna).to_have_title(re.compile("^In the oven"), timeout=4000)
    expect(anna.get_by_role("link", name="the way to order")).to_be_focused()
    assert anna.evaluate("window.scrollY") == 500

    front_desk.cancel_order(ref=ref_of(anna), reason=Reason.SOLD_OUT, by=SYSTEM, at=clock.now())
    expect(anna).to_have_title(re.compile("^This order was cancelled"), timeout=4000)
    expect(anna.locator(".slip-payment")).to_have_text("Nothing to pay")
    heard = anna.evaluate("window.heard")
    assert [said.partition(".")[0] for said in heard] == ["In the oven", "This order was cancelled"]
    assert "something in it ran out" in heard[1]


def test_hidden_ask_nothing_and_catch_up_when_they_are_looked_at(screens):
    ciro = screens()
    sign_in(ciro, "chef")
    expect(ciro).to_have_url(re.compile("/kitchen/$"), timeout=15_000)
    ear = Ear(ciro)
    ear.hears("beat")
    asked = fetches_of(ciro)

    hide(ciro, hidden=True)
    ear.forget()
    place(basket_of(pizza(), at=clock.now()), at=clock.now())
    ciro.wait_for_timeout(11_000)  # a beat and a poll would have come
    assert asked == []
    assert ear.heard_nothing

    hide(ciro, hidden=False)
    ear.hears("beat", version=1)
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")


def hide(page, *, hidden):
    """Tell a page what it would hear if its tab were put away; a browser without windows never does."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
