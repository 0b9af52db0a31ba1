"""A page that is no longer in step with the shop says so, and since when; it stops saying so when it is again."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from orders import services as order_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.e2e.browsers import browser_contexts
from tests.e2e.people import press, sign_in
from tests.e2e.test_live import hide, stop_clock
from tests.e2e.test_presses import HTMX_MS, RECORD_REQUESTS
from tests.length import by_length
from tests.live.fault_proxy import FaultProxy
from tests.live.sse_client import StreamRecorder
from tests.shop import basket_of, cooked, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

OUT_OF_STEP = re.compile(r"Not in step since \d\d:\d\d:\d\d\s+This is how things were at \d\d:\d\d:\d\d\.")
NOTICE = re.compile(r"Not up to date. This is how things were at \d\d:\d\d.")  # of a guest's page
NOTE_MS = 10_000  # how long a card says so at least
NOT_CONFIRMED = "This was not confirmed. Look again before you repeat it."

# A page polls, or its stream beats, every five seconds: after four more in which nothing was lost it is still in step.
SOON_MS = 4_000

# What a shop's network and its servers do on a bad evening. The last two answer nothing: the page has to notice it.
FAULTS = {
    "refused": FaultProxy.refuse,
    "reset": FaultProxy.reset,
    "502": lambda proxy: proxy.answer(502),
    "503": lambda proxy: proxy.answer(503),
    "black hole": FaultProxy.discard_data,
    "slow": lambda proxy: proxy.delay(15),
}


def order():
    return place(basket_of(pizza(), at=clock.now()), at=clock.now())


def notice_on(page):
    return page.locator("#offline")


@pytest.fixture
def through_faults(served_shop, server, browser):
    """Yield a function that opens a page before a server, and returns it with the proxy between them."""
    with ExitStack() as exit_stack:

        def open_page():
            proxy = FaultProxy(server.port)
            exit_stack.callback(proxy.close)
            address = f"http://127.0.0.1:{proxy.port}"
            page = exit_stack.enter_context(browser_contexts(browser, address, is_patient=False))()
            page.clock.install()  # it runs, and can be put forward
            return page, proxy

        yield open_page


@pytest.mark.long
@pytest.mark.parametrize(
    "faults",
    by_length(
        [("refused", "reset", "502"), ("black hole",)],
        long=[("refused", "reset", "502", "503"), ("black hole", "slow")],
    ),
    ids=" ".join,
)
def test_the_board_says_that_it_is_out_of_step_during_each_fault_and_no_longer_when_it_is_over(through_faults, faults):
    page, proxy = through_faults()
    sign_in(page, "chef")
    StreamRecorder(page).wait_for("beat")
    expect(notice_on(page)).to_be_hidden()

    for fault in faults:
        FAULTS[fault](proxy)
        page.clock.run_for(SOON_MS)
        expect(notice_on(page)).to_have_text(OUT_OF_STEP)
        expect(notice_on(page)).to_be_in_viewport()

        proxy.restore()
        page.clock.run_for(SOON_MS)
        expect(notice_on(page)).to_be_hidden()


@pytest.mark.parametrize("fault", ["502", "black hole"])
def test_a_button_without_an_answer_can_be_pressed_again_and_its_card_says_so_for_a_while(through_faults, fault):
    delivery = cooked(place(basket_of(pizza(), at=clock.now()), at=clock.now(), method="delivery"), by=SYSTEM)
    page, proxy = through_faults()
    sign_in(page, "driver")
    StreamRecorder(page).wait_for("beat")
    claim = page.get_by_role("button", name=f"Claim #{delivery.number}")
    card = page.locator(f"#delivery-{delivery.ref}")

    FAULTS[fault](proxy)
    press(claim)
    expect(card.get_by_role("alert")).to_have_text(NOT_CONFIRMED)
    expect(claim).to_be_enabled()
    expect(notice_on(page)).to_be_visible()

    proxy.restore()
    page.clock.run_for(SOON_MS)
    expect(notice_on(page)).to_be_hidden()
    page.clock.run_for(NOTE_MS)
    expect(card.get_by_role("alert")).to_have_count(0)
    expect(notice_on(page)).to_be_hidden()
    press(claim)
    expect(page.locator("#list-own-at-counter")).to_contain_text(f"#{delivery.number}")
    delivery.refresh_from_db()
    assert delivery.driver.username == "driver"


# --- Which silence counts, with a stopped clock ---


@pytest.fixture
def stopped(shop, live_server, browser):
    """Yield a function that opens a page with a stopped clock, of a server without streams."""
    with browser_contexts(browser, live_server.url) as open_page:

        def open_stopped_page():
            page = open_page()
            stop_clock(page)
            page.add_init_script(RECORD_REQUESTS)
            return page

        yield open_stopped_page


def run_without_answers(page, milliseconds):
    """Advance the clock of a page while its requests stay unanswered."""
    page.route("**/*", lambda _route: None)
    page.clock.run_for(milliseconds)


def run_with_answers(page, *, polls):
    """Advance the clock of a page for some polls, each of which is answered."""
    for _poll in range(polls):
        page.clock.run_for(5_000)
        until(lambda: page.evaluate("window.unanswered === 0"), page=page)
        page.clock.run_for(HTMX_MS)


@pytest.mark.parametrize("who", ["chef", "driver"])
def test_the_pages_of_the_staff_say_so_after_ten_seconds_without_a_confirmation(stopped, who):
    page = stopped()
    sign_in(page, who)

    run_without_answers(page, 8_000)
    expect(notice_on(page)).to_be_hidden()
    page.clock.run_for(4_000)
    expect(notice_on(page)).to_have_text(OUT_OF_STEP)


def test_the_board_has_a_clock_that_each_confirmation_moves_on_and_that_stops_without_one(stopped):
    page = stopped()
    sign_in(page, "chef")
    clock_on_board = page.locator("#in-step")
    run_with_answers(page, polls=2)
    expect(clock_on_board).to_have_text(re.compile(r"^In step 20:00:1\d$"), use_inner_text=True)
    run_with_answers(page, polls=2)
    expect(clock_on_board).to_have_text(re.compile(r"^In step 20:00:2\d$"), use_inner_text=True)

    run_without_answers(page, 20_000)
    expect(clock_on_board).to_have_text(re.compile(r"^Not in step since 20:00:2\d$"), use_inner_text=True)
    expect(notice_on(page)).to_contain_text(re.compile(r"Not in step since 20:00:2\d"))


def test_the_page_of_an_order_says_so_and_since_when_until_the_order_is_over(stopped):
    placed = order()
    page = stopped()
    page.goto(f"/orders/{placed.ref}/{placed.contact.guest_token}/")
    run_with_answers(page, polls=11)  # until 56 seconds after 20:00
    page.route("**/orders/**", lambda route: route.abort())
    page.clock.run_for(6_000)
    expect(notice_on(page)).to_have_text(NOTICE)
    expect(notice_on(page)).to_contain_text("how things were at 20:00.")
    page.clock.run_for(300_000)
    expect(notice_on(page)).to_contain_text("how things were at 20:00.")

    until(lambda: page.evaluate("window.unanswered === 0"), page=page)
    page.unroute("**/orders/**")
    page.clock.run_for(6_000)
    expect(notice_on(page)).to_be_hidden()
    expect(page.locator("#announcements")).to_contain_text("Up to date again.")

    order_services.cancel_order(ref=placed.ref, reason="sold_out", by=SYSTEM, at=clock.now())
    page.clock.run_for(6_000)
    expect(page.get_by_role("heading", name="This order was cancelled")).to_be_visible()
    page.clock.run_for(60_000)
    expect(notice_on(page)).to_be_hidden()


def test_every_button_that_was_pressed_without_an_answer_is_reported(stopped):
    first, second = [
        cooked(place(basket_of(pizza(), at=clock.now()), at=clock.now(), method="delivery"), by=SYSTEM)
        for _ in range(2)
    ]
    page = stopped()
    sign_in(page, "driver")
    page.route("**/claim/", lambda _route: None)
    press(page.get_by_role("button", name=f"Claim #{first.number}"))
    page.route("**/claim/", lambda route: route.abort())
    press(page.get_by_role("button", name=f"Claim #{second.number}"))

    for placed in (first, second):
        expect(page.locator(f"#delivery-{placed.ref}").get_by_role("alert")).to_have_text(NOT_CONFIRMED)


def test_a_page_that_was_hidden_has_a_moment_to_catch_up(stopped):
    page = stopped()
    sign_in(page, "driver")
    hide(page, hidden=True)
    run_without_answers(page, 60_000)
    expect(notice_on(page)).to_be_hidden()

    hide(page, hidden=False)
    page.clock.run_for(2_000)
    expect(notice_on(page)).to_be_hidden()
    page.clock.run_for(10_000)
    expect(notice_on(page)).to_be_visible()


@pytest.mark.parametrize("is_newer", [True, False], ids=["newer", "unchanged"])
def test_newer_content_that_is_held_back_while_a_field_is_used_counts_as_out_of_step(stopped, is_newer):
    page = stopped()
    sign_in(page, "chef")
    run_with_answers(page, polls=1)
    if is_newer:
        order()
    page.evaluate("""() => {
        const field = document.createElement("input");
        document.getElementById("board").append(field);
        field.focus();
    }""")

    run_with_answers(page, polls=3)
    expect(page.locator("#board[data-outdated]")).to_have_count(int(is_newer))
    expect(notice_on(page)).to_be_visible(visible=is_newer)
