"""The board without a connection: it can be read after a reload, and taps are kept and sent when the line is back."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Error, expect

from kitchen import services as kitchen_services
from kitchen.models import Ticket, TicketState
from orders.events import OrderCookingStarted
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.models import User
from tests.e2e.browsers import browser_contexts
from tests.e2e.people import press, sign_in, sign_in_by_form, sign_out
from tests.e2e.test_live import stop_clock
from tests.live.fault_proxy import FaultProxy
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = "Kept. Will be sent when the line is back."
OUT_OF_STEP = re.compile(r"Not in step since \d\d:\d\d:\d\d")

KEPT_PATHS = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(caches_.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
}"""
KEPT_TAPS = "async () => (await allTaps()).length"
KEPT_PART = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const parts = await Promise.all(caches_.map((cache) => cache.match("/kitchen/kept-part")));
    return (await parts.find(Boolean)?.text()) ?? "";
}"""
LET_THE_COPY_EXPIRE = """async () => {
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const copy = await cache.match(request);
            const headers = new Headers(copy.headers);
            if (headers.has("X-Kept-At")) headers.set("X-Kept-At", Date.now() - 13 * 3600 * 1000);
            await cache.put(request, new Response(await copy.text(), { headers }));
        }
    }
}"""


def order():
    return place(basket_of(pizza(), at=clock.now()), at=clock.now())


def starts_of(placed):
    return StoredEvent.objects.filter(aggregate_ref=placed.ref, type=OrderCookingStarted.type).count()


def card_of(page, placed):
    return page.locator(f"#ticket-{placed.ref}")


def select(page, placed):
    card_of(page, placed).locator("input[name=ticket]").press("Space")


def start(page, placed):
    press(page.get_by_role("button", name=f"Start cooking #{placed.number}"))


@pytest.fixture
def tablet(served_shop, server, browser):
    """Yield a function that opens a page of one browser, and the proxy before the shop's server."""
    with ExitStack() as exit_stack:
        proxy = FaultProxy(server.port)
        exit_stack.callback(proxy.close)
        address = f"http://127.0.0.1:{proxy.port}"
        contexts = browser_contexts(browser, address, is_patient=False, service_workers="allow")
        yield exit_stack.enter_context(contexts), proxy


@pytest.fixture
def board(tablet):
    """Return the board of a cook, of which the browser has kept a copy, and the proxy before the shop's server."""
    open_page, proxy = tablet
    page = open_page()
    sign_in(page, "chef")
    wait_for_copy(page)
    return page, proxy


def wait_for_copy(page):
    until(lambda: "/kitchen/" in kept_paths(page), page=page)


def kept_paths(page):
    return page.evaluate(KEPT_PATHS)


def test_taps_without_a_line_survive_a_reload_and_are_sent_once_and_in_order_when_it_is_back(tablet):
    first, second = order(), order()
    open_page, proxy = tablet
    page = open_page()
    sign_in(page, "chef")
    wait_for_copy(page)
    third = order()
    expect(card_of(page, third)).to_be_visible()  # newer than the copy of the page

    proxy.refuse()
    for placed in (first, second):
        start(page, placed)
        expect(card_of(page, placed)).to_contain_text(KEPT)
    expect(page.locator("#offline")).to_contain_text(OUT_OF_STEP)
    select(page, third)
    press(page.get_by_role("button", name="Cancel…"))  # it leads to a page
    expect(page.locator("#taps .message")).to_contain_text("There is no line. Nothing was done.")
    page.reload()
    expect(page.locator("#offline")).to_contain_text(OUT_OF_STEP)
    for placed in (first, second):
        expect(card_of(page, placed)).to_contain_text(KEPT)
    expect(card_of(page, third)).to_be_visible()
    assert (
        page.locator(".board-columns").evaluate("(each) => getComputedStyle(each).display") != "block"
    )  # it has styles

    proxy.restore()
    for placed in (first, second):
        expect(page.locator(".column-cooking")).to_contain_text(f"#{placed.number}")
        assert starts_of(placed) == 1
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.get_by_text(KEPT)).to_have_count(0)
    expect(page.locator(".column-waiting")).to_contain_text(f"#{third.number}")
    begun = StoredEvent.objects.filter(type=OrderCookingStarted.type).order_by("id")
    assert [event.aggregate_ref for event in begun] == [first.ref, second.ref]


def test_a_board_that_has_not_changed_for_two_refreshes_has_its_cards_after_a_reload_without_a_line(board):
    page, proxy = board
    placed = order()
    expect(card_of(page, placed)).to_be_visible()
    for _ in range(3):
        with page.expect_response("**/kitchen/"):
            page.evaluate("htmx.trigger('#board', 'live')")
    until(lambda: str(placed.ref) in page.evaluate(KEPT_PART), page=page)

    proxy.refuse()
    page.reload()

    expect(page.locator("#offline")).to_contain_text(OUT_OF_STEP)
    expect(card_of(page, placed)).to_be_visible()
    expect(page.locator("#board [data-unchanged]")).to_have_count(0)


def test_a_kept_tap_that_is_refused_says_so_until_it_is_closed(board):
    page, proxy = board
    placed = order()
    expect(card_of(page, placed)).to_be_visible()
    proxy.refuse()
    start(page, placed)
    expect(card_of(page, placed)).to_contain_text(KEPT)
    kitchen_services.start_cooking(ref=placed.ref, by=SYSTEM, at=clock.now())

    proxy.restore()
    refusal = page.locator("#taps .message")
    expect(refusal).to_contain_text(f"#{placed.number}")
    expect(page.locator(".column-cooking")).to_contain_text(f"#{placed.number}")
    page.reload()
    expect(refusal).to_contain_text(f"#{placed.number}")
    refusal.get_by_role("button", name="Close").press("Enter")
    expect(refusal).to_have_count(0)
    until(lambda: page.evaluate(KEPT_TAPS) == 0, page=page)


def test_of_two_tabs_only_one_sends_a_kept_tap(board):
    page, proxy = board
    other = page.context.new_page()
    other.goto("/kitchen/")
    placed = order()
    for each in (page, other):
        expect(card_of(each, placed)).to_be_visible()
    proxy.refuse()
    for each in (page, other):
        start(each, placed)
        expect(card_of(each, placed)).to_contain_text(KEPT)

    proxy.restore()
    for each in (page, other):
        expect(each.locator(".column-cooking")).to_contain_text(f"#{placed.number}")
    until(lambda: page.evaluate(KEPT_TAPS) <= 1, page=page)
    assert starts_of(placed) == 1


@pytest.mark.parametrize("end", ["sign-out", "another tab", "role"])
def test_what_is_kept_is_deleted_with_the_access_to_the_board(board, end):
    page, proxy = board
    if end == "sign-out":
        sign_out(page)
    elif end == "another tab":  # signs out: a copy that this one was about to keep is none any more
        page.evaluate("forgetBoard()")
        page.evaluate("navigator.serviceWorker.dispatchEvent(new Event('controllerchange'))")
        assert page.evaluate("keptNote()") is None
    else:
        User.objects.get(username="chef").groups.clear()
        page.reload()
    until(lambda: "/kitchen/" not in kept_paths(page), page=page)
    proxy.refuse()
    with pytest.raises(Error):
        page.goto("/kitchen/")


def test_another_user_of_the_same_browser_does_not_get_the_copy(board):
    page, proxy = board
    page.goto("/menu/")  # a late request of the board would change the next page's CSRF cookie
    page.context.clear_cookies()  # the session ends without a sign-out
    sign_in_by_form(page, "driver")
    until(lambda: "/kitchen/" not in kept_paths(page), page=page)
    proxy.refuse()
    with pytest.raises(Error):
        page.goto("/kitchen/")


def test_a_copy_is_shown_for_twelve_hours_and_no_longer(board):
    page, proxy = board
    proxy.refuse()
    page.reload()
    expect(page.locator("#offline")).to_contain_text(OUT_OF_STEP)

    page.evaluate(LET_THE_COPY_EXPIRE)
    with pytest.raises(Error):
        page.reload()


def test_no_other_page_is_kept(board):
    page, _proxy = board
    placed = order()
    expect(card_of(page, placed)).to_be_visible()
    select(page, placed)
    press(page.get_by_role("button", name="Print"))
    expect(page).to_have_url(re.compile("/kitchen/print/"))
    page.goto("/menu/")
    page.goto("/kitchen/orders/")

    assert "/kitchen/" in kept_paths(page)  # a button that leads to a page ends no access
    assert {path for path in kept_paths(page) if not path.startswith("/static/")} <= {"/kitchen/", "/kitchen/kept-part"}


# --- With a stopped clock, and a server without streams ---


@pytest.fixture
def stopped(shop, live_server, browser):
    """Yield a function that opens the board with a stopped clock."""
    with browser_contexts(browser, live_server.url) as open_page:

        def open_board():
            page = open_page()
            stop_clock(page)
            sign_in(page, "chef")
            return page

        yield open_board


def run_until_visible(page, locator):
    """Advance the clock of a page by one attempt to send after another, each of which takes its real time."""

    def is_visible():
        page.clock.run_for(3_000)
        return locator.is_visible()

    until(is_visible, page=page)


def test_a_tap_of_which_only_the_answer_was_lost_is_sent_again_at_once_and_neither_repeated_nor_refused(stopped):
    placed = order()
    page = stopped()

    def lose_answer(route):
        route.fetch()
        route.abort()

    page.route("**/steps/", lose_answer, times=1)
    start(page, placed)

    expect(page.locator(".column-cooking")).to_contain_text(f"#{placed.number}")  # while its clock is stopped
    expect(page.locator("#taps .message")).to_have_count(0)
    assert starts_of(placed) == 1


def test_a_tap_that_cannot_be_sent_for_five_minutes_is_given_up_and_the_board_says_so(stopped):
    placed = order()
    page = stopped()
    page.route("**/steps/", lambda route: route.abort())
    height = card_of(page, placed).bounding_box()["height"]
    start(page, placed)
    expect(card_of(page, placed)).to_contain_text(KEPT)
    assert card_of(page, placed).bounding_box()["height"] == height  # what lies below it does not move

    page.clock.run_for(5 * 60_000)
    message = page.locator("#taps .message")
    run_until_visible(page, message)
    expect(message).to_have_text(
        re.compile(rf"#{placed.number}: start was not sent within 5 minutes. Press again.\s+Close")
    )
    page.unroute("**/steps/")
    page.clock.run_for(10_000)
    expect(card_of(page, placed).locator(".tap-kept")).to_have_count(0)
    assert Ticket.objects.get(ref=placed.ref).state == TicketState.WAITING


def test_control_without_its_script_a_tap_without_a_line_is_lost(stopped):
    placed = order()
    page = stopped()
    page.route("**/board_offline.js", lambda route: route.abort())
    page.reload()
    page.route("**/steps/", lambda route: route.abort(), times=1)
    start(page, placed)
    until(lambda: page.evaluate("isFailing"), page=page)

    page.clock.run_for(10_000)
    expect(page.locator("#offline")).to_be_hidden()
    assert Ticket.objects.get(ref=placed.ref).state == TicketState.WAITING
