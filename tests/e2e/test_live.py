"""Live updates: one person's step appears on another person's page without a reload and without polling."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.e2e.browsers import checked_pages
from tests.e2e.people import add_to_basket, check_out, choose, open_order, press, sign_in
from tests.live.sse_client import StreamRecorder
from tests.shop import FRIDAY_NIGHT, basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def screens(served_shop, server, browser):
    """Yield a function that opens a page of a server with streams: `page = screens()`."""
    with checked_pages(browser, f"http://127.0.0.1:{server.port}", expected_statuses=()) as open_page:
        yield open_page


def ref_of(page):
    return re.search(r"/orders/([0-9a-f-]{36})/", page.url)[1]


def stop_clock(page):
    """Stop the clock of a page, so that its timers run only by `page.clock.run_for`."""
    page.clock.install(time=FRIDAY_NIGHT)
    page.clock.pause_at(FRIDAY_NIGHT + timedelta(seconds=1))


def count_fetches(page):
    """Count the htmx requests of a page from now on; return a function that returns the count."""
    page.evaluate(
        """() => {
            window.fetches = 0;
            document.addEventListener("htmx:beforeRequest", () => (window.fetches += 1));
        }"""
    )
    return lambda: page.evaluate("window.fetches")


def test_the_guests_page_and_the_board_follow_an_order_without_a_reload_and_without_polling(screens):
    anna, ciro = screens(), screens()
    for page in (anna, ciro):
        stop_clock(page)
    choose(anna, "Margherita", size="Small", adding=[], scripted=True)
    add_to_basket(anna)
    sign_in(ciro, "chef")
    check_out(anna)
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")

    for page in (anna, ciro):
        StreamRecorder(page).wait_for("beat")
    fetches = [count_fetches(page) for page in (anna, ciro)]
    for page in (anna, ciro):
        page.clock.run_for(6_000)  # both would have polled
    assert [count() for count in fetches] == [0, 0]

    kitchen_services.start_cooking(ref=ref_of(anna), by=SYSTEM, at=clock.now())
    expect(anna.locator("#tracker")).to_contain_text("In the oven")
    expect(ciro.locator(".column-cooking")).to_contain_text("#1")
    assert [count() for count in fetches] == [1, 1]

    for page in (anna, ciro):
        page.clock.resume()
    press(ciro.get_by_role("button", name="It is ready #1"))  # a form that the page sends without leaving it
    expect(anna.locator("#tracker")).to_contain_text("Ready for you")
    expect(ciro.locator(".column-ready")).to_contain_text("#1")
    place(basket_of(pizza(), at=clock.now()), at=clock.now())
    expect(ciro.locator(".column-waiting")).to_contain_text("#2")


def test_an_update_of_the_order_page_keeps_focus_and_scroll_position_and_is_announced_once(screens):
    anna, placed = screens(), place(basket_of(pizza(), at=clock.now()), at=clock.now())
    open_order(anna, placed)
    anna.wait_for_load_state()  # until its stylesheets are loaded, the page is shorter
    anna.set_viewport_size({"width": 390, "height": 600})
    anna.get_by_role("link", name="the way to order").focus()
    anna.evaluate("window.scrollTo(0, 500)")
    anna.evaluate(
        """() => {
            window.heard = [];
            const status = document.getElementById("announcements");
            new MutationObserver(() => window.heard.push(status.textContent)).observe(status, { childList: true });
        }"""
    )

    kitchen_services.start_cooking(ref=placed.ref, by=SYSTEM, at=clock.now())
    wait_for_announcements(anna, "In the oven")
    expect(anna).to_have_title(re.compile("^In the oven"))
    expect(anna.get_by_role("link", name="the way to order")).to_be_focused()
    assert anna.evaluate("window.scrollY") == 500

    order_services.cancel_order(ref=placed.ref, reason=CancelReason.SOLD_OUT, by=SYSTEM, at=clock.now())
    _cooking, why = wait_for_announcements(anna, "In the oven", "This order was cancelled")
    expect(anna).to_have_title(re.compile("^This order was cancelled"))
    expect(anna.locator(".receipt-payment")).to_have_text("Nothing to pay")
    assert "something in it ran out" in why


def wait_for_announcements(page, *beginnings):
    """Wait until exactly the sentences that begin so were announced to a screen reader, and return them."""

    def announcements():
        return page.evaluate("window.heard")

    until(
        lambda: [sentence.partition(".")[0] for sentence in announcements()] == list(beginnings),
        describe=announcements,
        page=page,
    )
    return announcements()


def test_a_hidden_board_sends_no_requests_and_is_updated_when_it_is_shown_again(screens):
    ciro = screens()
    stop_clock(ciro)
    sign_in(ciro, "chef")
    recorder = StreamRecorder(ciro)
    recorder.wait_for("beat")
    fetches = count_fetches(ciro)

    hide(ciro, hidden=True)
    recorder.wait_until_closed()
    place(basket_of(pizza(), at=clock.now()), at=clock.now())
    ciro.clock.run_for(60_000)  # it would have polled
    assert fetches() == 0

    hide(ciro, hidden=False)
    recorder.wait_for("beat", version=Kitchen.objects.get().version)
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")
    assert fetches() == 1


def test_a_board_sends_no_requests_while_it_is_being_unloaded_until_the_navigation_is_given_up(screens):
    ciro = screens()
    stop_clock(ciro)
    sign_in(ciro, "chef")
    recorder = StreamRecorder(ciro)
    recorder.wait_for("beat")
    fetches = count_fetches(ciro)

    # Of a form whose answer does not come.
    ciro.evaluate("document.dispatchEvent(new Event('submit', { bubbles: true }))")
    recorder.wait_until_closed()
    place(basket_of(pizza(), at=clock.now()), at=clock.now())
    ciro.clock.run_for(29_000)  # it would have polled
    assert fetches() == 0

    ciro.clock.run_for(2_000)
    recorder.wait_for("beat", version=Kitchen.objects.get().version)
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")


def hide(page, *, hidden):
    """Send a page the event of a tab that is hidden or shown; a headless browser never sends it."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
