"""On the board and the delivery page a press acts on the ticket it was aimed at, or on none; nothing moves under it."""

import re

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from pizzeria.users.session_auth import actor_for_user
from tests.e2e.browsers import checked_pages
from tests.e2e.people import sign_in
from tests.e2e.test_live import stop_clock
from tests.length import by_length
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

DOUBLE_TAP_MS, SETTLE_MS, NEAR_MS = 300, 600, 1500
HTMX_MS = 50  # until htmx has taken charge of new content


# Records each step that is sent, or the address of its form, and how many requests are under way.
RECORD_REQUESTS = """
    window.posts = [];
    window.unanswered = 0;
    document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig } }) => {
        window.unanswered += 1;
        const step = requestConfig.formData.get("step");
        if (requestConfig.verb === "post") window.posts.push(step ?? requestConfig.path);
    });
    document.addEventListener("htmx:afterRequest", () => (window.unanswered -= 1));
"""


@pytest.fixture
def expected_errors():
    """Return what the pages of the test may log as an error."""
    return []


@pytest.fixture
def opened(shop, live_server, browser, expected_errors):
    """Yield a function that signs a user in, to their own page, with a stopped clock: `opened("chef")`."""
    with checked_pages(browser, live_server.url, expected_statuses=expected_errors) as open_page:

        def open_signed_in(name, *, blocked_script=""):
            page = open_page()
            if blocked_script:
                page.route(f"**/{blocked_script}", lambda route: route.abort())
            stop_clock(page)
            page.add_init_script(RECORD_REQUESTS)
            sign_in(page, name)
            page.clock.run_for(SETTLE_MS)
            return page

        yield open_signed_in


def orders(count, *, method=FulfillmentMethod.PICKUP):
    at = clock.now()
    return [place(basket_of(pizza(), at=at), at=at, method=method) for _ in range(count)]


def button(page, name):
    """Return the first button of a name, whatever ticket it belongs to."""
    return page.get_by_role("button", name=re.compile(f"^{name}")).first


def message(page, text):
    """Return a message over the page: a card may say the same."""
    return page.locator("#messages").get_by_text(text)


def point_of(locator):
    box = until(locator.bounding_box)  # none while a refresh replaces it
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tap(page, point):
    """Tap a point of the screen; return the steps sent so far."""
    page.mouse.click(*point)
    return page.evaluate("window.posts")


def refresh(page):
    """Refresh the board, and wait until its answer was handled."""
    page.evaluate(
        """() => new Promise((resolve) => {
            document.addEventListener("htmx:afterOnLoad", () => resolve(), { once: true });
            htmx.trigger("#board", "live");
        })"""
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "step", by_length(["Start cooking", "Delivered"], long=["Start cooking", "It is ready", "Handed over", "Delivered"])
)
def test_a_second_tap_at_the_same_place_does_nothing_until_the_next_ticket_has_been_there_for_a_moment(opened, step):
    page = page_before(opened, step)
    point = point_of(button(page, step))

    buttons = page.get_by_role("button", name=re.compile(f"^{step}"))

    assert len(tap(page, point)) == 1
    expect(buttons).to_have_count(2)
    assert len(tap(page, point)) == 1  # at the gap that the first ticket has left

    page.clock.run_for(NEAR_MS + 500)
    expect(page.locator(".gap")).to_have_count(0)
    assert len(tap(page, point)) == 1  # the next ticket has just slid there

    page.clock.run_for(SETTLE_MS)
    assert len(tap(page, point)) == 2
    expect(buttons).to_have_count(1)


def page_before(opened, step, **options):
    """Return the page on which three orders wait for a step."""
    driver = actor_for_user(User.objects.get(username="driver"))
    steps = {
        "Start cooking": [],
        "It is ready": [kitchen_services.start_cooking],
        "Handed over": [kitchen_services.start_cooking, kitchen_services.finish_ticket],
        "Claim": [kitchen_services.start_cooking, kitchen_services.finish_ticket],
    }
    steps["Leave with it"] = [*steps["Claim"], delivery_services.claim_delivery]
    steps["Delivered"] = [*steps["Leave with it"], delivery_services.leave_for_delivery]
    is_delivery = step in ("Claim", "Leave with it", "Delivered")
    for order in orders(3, method=FulfillmentMethod.DELIVERY if is_delivery else FulfillmentMethod.PICKUP):
        for command in steps[step]:
            by = driver if command.__module__.startswith("orders.deliveries") else SYSTEM
            command(ref=order.ref, by=by, at=clock.now())
    return opened("driver" if is_delivery else "chef", **options)


def test_control_without_the_script_a_double_tap_acts_on_two_tickets(opened, expected_errors):
    expected_errors.append("ERR_FAILED")
    page = page_before(opened, "Start cooking", blocked_script="stable.js")
    point = point_of(button(page, "Start cooking"))

    assert len(tap(page, point)) == 1
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    page.clock.run_for(DOUBLE_TAP_MS)

    assert len(tap(page, point)) == 2
    expect(page.locator(".column-cooking .ticket")).to_have_count(2)


def test_a_tap_does_nothing_where_another_cooks_step_has_just_moved_another_ticket(opened):
    first, second, _third = orders(3)
    page = opened("chef")
    point = point_of(button(page, "Start cooking"))

    kitchen_services.start_cooking(ref=first.ref, by=SYSTEM, at=clock.now())
    refresh(page)
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    page.clock.run_for(DOUBLE_TAP_MS)
    assert tap(page, point) == []

    page.clock.run_for(SETTLE_MS)
    [sent] = tap(page, point)
    assert str(second.ref) in sent
    expect(page.locator(".column-cooking .ticket")).to_have_count(2)


def test_a_tap_works_at_once_on_a_ticket_that_a_change_has_not_moved(opened):
    first, _second, third = orders(3)
    page = opened("chef")
    point = point_of(page.get_by_role("button", name="Start cooking #1"))

    order_services.cancel_order(ref=third.ref, reason="sold_out", by=SYSTEM, at=clock.now())
    refresh(page)
    expect(page.locator(".column-waiting .ticket")).to_have_count(2)
    page.clock.run_for(HTMX_MS)

    [sent] = tap(page, point)
    assert str(first.ref) in sent
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)


def test_a_refusal_and_a_lost_connection_are_in_view_and_move_nothing(opened, expected_errors):
    expected_errors += ["ERR_FAILED", "htmx:sendError"]
    Kitchen.objects.update(oven_slots=1)
    cooking, *_waiting = orders(5)
    kitchen_services.start_cooking(ref=cooking.ref, by=SYSTEM, at=clock.now())
    page = opened("chef")
    page.set_viewport_size({"width": 390, "height": 700})
    last = page.get_by_role("button", name="Start cooking #5")
    last.scroll_into_view_if_needed()
    page.clock.run_for(SETTLE_MS)
    before = last.bounding_box()

    tap(page, point_of(last))
    expect(message(page, "Every oven slot is taken.")).to_be_in_viewport()
    expect(page.locator(".ticket-refusal")).to_contain_text("Every oven slot is taken.")
    assert last.bounding_box() == before

    page.clock.run_for(SETTLE_MS)
    page.route("**/kitchen/", lambda route: route.abort())
    page.evaluate("htmx.trigger('#board', 'live')")
    expect(page.get_by_role("alert").get_by_text("Not in step since")).to_be_in_viewport()
    assert last.bounding_box() == before


def test_a_handover_keeps_the_scroll_position_is_confirmed_in_view_and_can_be_undone_for_a_while(opened, settings):
    settings.SHOP_UNDO_SECONDS = 60  # the page's clock is stopped, but not the database's
    page = page_before(opened, "Handed over")
    page.set_viewport_size({"width": 390, "height": 400})
    page.get_by_role("navigation", name="Columns").get_by_role("link", name="Ready").click()
    page.clock.run_for(SETTLE_MS)
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.clock.run_for(SETTLE_MS)
    scrolled = page.evaluate("window.scrollY")
    assert scrolled

    tap(page, point_of(button(page, "Handed over")))
    expect(page.get_by_text("#1 is handed over.")).to_be_in_viewport()
    assert page.evaluate("window.scrollY") == scrolled

    page.clock.run_for(SETTLE_MS)
    tap(page, point_of(button(page, "Undo")))
    expect(page.get_by_text("Undone: #1 is not handed over yet.")).to_be_in_viewport()
    assert set(Order.objects.values_list("status", flat=True)) == {"ready"}
    expect(button(page, "Undo")).to_have_count(0)

    page.clock.run_for(NEAR_MS + SETTLE_MS)
    tap(page, point_of(button(page, "Handed over")))
    expect(button(page, "Undo")).to_be_visible()
    page.clock.run_for(61_000)
    expect(button(page, "Undo")).to_have_count(0)
    assert page.evaluate("window.scrollY") == scrolled  # the messages leave their room for as long as it is looked at

    page.evaluate("window.scrollTo(0, 0)")
    expect(page.locator("html[data-room]")).to_have_count(0)


def test_a_second_tap_on_the_sold_out_page_does_not_put_the_item_back_on(opened):
    page = opened("chef")
    page.goto("/menu/sold-out/")
    page.clock.run_for(SETTLE_MS)
    item = page.locator(".sold-out-item").first
    item.get_by_text("Sold out…").click()
    page.clock.run_for(SETTLE_MS)

    tap(page, point_of(item.get_by_role("button", name="For today")))
    back_on = item.get_by_role("button", name="Back on")
    expect(back_on).to_be_visible()
    page.clock.run_for(HTMX_MS)
    assert len(tap(page, point_of(back_on))) == 1

    page.clock.run_for(SETTLE_MS)
    assert len(tap(page, point_of(back_on))) == 2
    expect(back_on).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("step", by_length(["Leave with it"], long=["Claim", "Leave with it"]))
def test_what_is_under_the_pointer_stays_there_when_a_step_moves_the_delivery_to_another_list(opened, step):
    page = page_before(opened, step)
    page.set_viewport_size({"width": 390, "height": 700})
    buttons = page.get_by_role("button", name=re.compile(f"^{step}"))
    buttons.first.scroll_into_view_if_needed()
    page.clock.run_for(SETTLE_MS)
    before = buttons.nth(1).bounding_box()

    tap(page, point_of(buttons.first))
    expect(buttons).to_have_count(2)

    assert buttons.first.bounding_box()["y"] == pytest.approx(before["y"], abs=1)


def test_the_only_ticket_of_a_column_leaves_its_place_while_the_pointer_is_near(opened):
    _waiting, cooking = orders(2)
    kitchen_services.start_cooking(ref=cooking.ref, by=SYSTEM, at=clock.now())
    page = opened("chef")
    page.set_viewport_size({"width": 390, "height": 700})
    button(page, "Start cooking").scroll_into_view_if_needed()
    page.clock.run_for(SETTLE_MS)
    waiting = page.locator(".column-waiting")
    height = waiting.bounding_box()["height"]

    tap(page, point_of(button(page, "Start cooking")))
    expect(page.locator(".column-cooking .ticket")).to_have_count(2)
    assert waiting.bounding_box()["height"] == height

    page.clock.run_for(NEAR_MS + SETTLE_MS)
    assert waiting.bounding_box()["height"] < height


def test_a_tap_just_after_a_refresh_that_changes_nothing_works_also_on_a_scrolled_page(opened):
    orders(5)
    page = opened("chef")
    page.set_viewport_size({"width": 390, "height": 700})
    refresh(page)  # the first one is swapped in
    page.clock.run_for(SETTLE_MS)
    refresh(page)
    last = page.get_by_role("button", name="Start cooking #5")
    last.scroll_into_view_if_needed()

    assert len(tap(page, point_of(last))) == 1
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)


def test_a_step_can_be_undone_by_the_keyboard(opened, settings):
    settings.SHOP_UNDO_SECONDS = 60
    page = page_before(opened, "Start cooking")
    button(page, "Start cooking").press("Enter")
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    page.clock.run_for(HTMX_MS)

    page.keyboard.press("Control+z")

    expect(page.get_by_text("Undone: #1 is waiting again.")).to_be_visible()


def test_a_refusal_stays_until_it_is_closed_and_a_success_disappears(opened):
    Kitchen.objects.update(oven_slots=1)
    page = page_before(opened, "Start cooking")
    tap(page, point_of(button(page, "Start cooking")))
    expect(page.get_by_text("#1 is in the oven.")).to_be_visible()
    page.clock.run_for(11_000)
    expect(page.get_by_text("#1 is in the oven.")).to_have_count(0)
    until(lambda: page.evaluate("window.unanswered === 0"), page=page)  # the board was refreshed meanwhile
    page.clock.run_for(HTMX_MS)

    tap(page, point_of(button(page, "Start cooking")))
    refusal = message(page, "Every oven slot is taken.")
    expect(refusal).to_be_visible()
    page.clock.run_for(60_000)
    expect(refusal).to_be_visible()

    page.get_by_role("button", name="Close").click()
    expect(refusal).to_have_count(0)


def test_the_second_tap_on_cancel_does_not_confirm_it(opened):
    [order] = orders(1)
    page = opened("chef")
    page.goto(f"/orders/{order.ref}/cancel/")
    page.get_by_role("radio").first.check()
    confirm = page.get_by_role("button", name="Cancel order #1")

    page.evaluate("window.addEventListener('submit', () => (window.isSubmitted = true), true)")
    confirm.click()  # it is where the link to this page may have been a moment ago
    assert page.evaluate("window.isSubmitted") is None

    page.clock.run_for(SETTLE_MS)
    confirm.click()
    expect(page).to_have_url(re.compile("/kitchen/$"))


def test_a_tap_does_nothing_where_the_end_of_a_page_that_got_shorter_has_moved_another_ticket(opened):
    made = orders(4)
    page = opened("chef")
    page.set_viewport_size({"width": 390, "height": 500})
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.clock.run_for(NEAR_MS)
    scrolled = page.evaluate("window.scrollY")
    point = point_of(page.get_by_role("button", name="Start cooking #3"))

    order_services.cancel_order(ref=made[3].ref, reason="sold_out", by=SYSTEM, at=clock.now())
    refresh(page)
    page.clock.run_for(HTMX_MS)
    assert page.evaluate("window.scrollY") < scrolled
    moved = page.get_by_role("button", name="Start cooking #3")
    moved.scroll_into_view_if_needed()

    assert tap(page, point_of(moved)) == []
    assert point_of(moved) != point

    page.clock.run_for(SETTLE_MS)
    assert len(tap(page, point_of(moved))) == 1
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
