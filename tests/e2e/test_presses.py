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
from tests.shop import basket_of, pizza, place

pytestmark = pytest.mark.django_db(transaction=True)

DOUBLE_TAP_MS, SETTLE_MS, NEAR_MS = 300, 600, 1500
HTMX_MS = 50  # until htmx has taken charge of new content


# Records the address of each form that is sent.
RECORD_POSTS = """
    window.posts = [];
    document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig } }) => {
        if (requestConfig.verb === "post") window.posts.push(requestConfig.path);
    });
"""


@pytest.fixture
def ciro(shop, live_server, browser):
    """Yield a function that opens the board, or the delivery page, with a stopped clock: `ciro("chef")`."""
    with checked_pages(browser, live_server.url, expected_statuses=("ERR_FAILED", "htmx:sendError")) as open_page:

        def opened(name, *, blocked_script=""):
            page = open_page()
            if blocked_script:
                page.route(f"**/{blocked_script}", lambda route: route.abort())
            stop_clock(page)
            page.add_init_script(RECORD_POSTS)
            sign_in(page, name)
            page.clock.run_for(SETTLE_MS)
            return page

        yield opened


def orders(count, *, method=FulfillmentMethod.PICKUP):
    at = clock.now()
    return [place(basket_of(pizza(), at=at), at=at, method=method) for _ in range(count)]


def button(page, name):
    """Return the first button of a name, whatever ticket it belongs to."""
    return page.get_by_role("button", name=re.compile(f"^{name}")).first


def point_of(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tap(page, point):
    """Tap a point of the screen; return the addresses of the forms sent so far."""
    page.mouse.click(*point)
    return page.evaluate("window.posts")


@pytest.mark.parametrize("step", ["Start cooking", "It is ready", "Handed over", "Delivered"])
def test_a_second_tap_at_the_same_place_does_nothing_until_the_next_ticket_has_been_there_for_a_moment(ciro, step):
    page = ciro_before(ciro, step)
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


def ciro_before(ciro, step, **options):
    """Return the page on which three orders wait for a step."""
    made = orders(3, method=FulfillmentMethod.DELIVERY if step == "Delivered" else FulfillmentMethod.PICKUP)
    driver = actor_for_user(User.objects.get(username="driver"))
    steps = {
        "Start cooking": [],
        "It is ready": [kitchen_services.start_cooking],
        "Handed over": [kitchen_services.start_cooking, kitchen_services.finish_ticket],
        "Delivered": [
            kitchen_services.start_cooking,
            kitchen_services.finish_ticket,
            delivery_services.claim_delivery,
            delivery_services.leave_for_delivery,
        ],
    }
    for order in made:
        for command in steps[step]:
            by = driver if command.__module__.startswith("orders.deliveries") else SYSTEM
            command(ref=order.ref, by=by, at=clock.now())
    return ciro("driver" if step == "Delivered" else "chef", **options)


def test_control_without_the_script_a_double_tap_acts_on_two_tickets(ciro):
    page = ciro_before(ciro, "Start cooking", blocked_script="stable.js")
    point = point_of(button(page, "Start cooking"))

    assert len(tap(page, point)) == 1
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    page.clock.run_for(DOUBLE_TAP_MS)

    assert len(tap(page, point)) == 2
    expect(page.locator(".column-cooking .ticket")).to_have_count(2)


def test_a_tap_does_nothing_where_another_cooks_step_has_just_moved_another_ticket(ciro):
    first, second, _third = orders(3)
    page = ciro("chef")
    point = point_of(button(page, "Start cooking"))

    kitchen_services.start_cooking(ref=first.ref, by=SYSTEM, at=clock.now())
    page.evaluate("htmx.trigger('#board', 'live')")
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    page.clock.run_for(DOUBLE_TAP_MS)
    assert tap(page, point) == []

    page.clock.run_for(SETTLE_MS)
    [sent] = tap(page, point)
    assert str(second.ref) in sent
    expect(page.locator(".column-cooking .ticket")).to_have_count(2)


def test_a_tap_works_at_once_on_a_ticket_that_a_change_has_not_moved(ciro):
    first, _second, third = orders(3)
    page = ciro("chef")
    point = point_of(page.get_by_role("button", name="Start cooking #1"))

    order_services.cancel_order(ref=third.ref, reason="sold_out", by=SYSTEM, at=clock.now())
    page.evaluate("htmx.trigger('#board', 'live')")
    expect(page.locator(".column-waiting .ticket")).to_have_count(2)
    page.clock.run_for(HTMX_MS)

    [sent] = tap(page, point)
    assert str(first.ref) in sent
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)


def test_a_refusal_and_a_lost_connection_are_in_view_and_move_nothing(ciro):
    Kitchen.objects.update(oven_slots=1)
    cooking, *_waiting = orders(5)
    kitchen_services.start_cooking(ref=cooking.ref, by=SYSTEM, at=clock.now())
    page = ciro("chef")
    page.set_viewport_size({"width": 390, "height": 700})
    last = page.get_by_role("button", name="Start cooking #5")
    last.scroll_into_view_if_needed()
    page.clock.run_for(SETTLE_MS)
    before = last.bounding_box()

    tap(page, point_of(last))
    refusal = page.get_by_text("Every oven slot is taken.")
    expect(refusal).to_be_in_viewport()
    assert last.bounding_box() == before

    page.clock.run_for(SETTLE_MS)
    page.route("**/kitchen/", lambda route: route.abort())
    page.evaluate("htmx.trigger('#board', 'live')")
    expect(page.get_by_text("No connection.")).to_be_in_viewport()
    assert last.bounding_box() == before


def test_a_handover_keeps_the_scroll_position_is_confirmed_in_view_and_can_be_undone_for_ten_seconds(ciro):
    page = ciro_before(ciro, "Handed over")
    page.set_viewport_size({"width": 390, "height": 500})
    button(page, "Handed over").scroll_into_view_if_needed()
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
    page.clock.run_for(11_000)
    expect(button(page, "Undo")).to_have_count(0)


def test_a_second_tap_on_the_sold_out_page_does_not_put_the_item_back_on(ciro):
    page = ciro("chef")
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
