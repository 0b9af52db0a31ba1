"""Orders that are delivered, cancelled or recalled, and the kitchen's board while it is used."""

import re

import pytest
from playwright.sync_api import expect

from kitchen.models import Ticket
from orders import replay
from orders.models import Order
from pizzeria.foundation import clock
from tests.e2e.browsers import WITH_JAVASCRIPT, WITHOUT_JAVASCRIPT_IN_LONG_RUNS
from tests.e2e.people import cook, open_order, order, press, reload_without_javascript, sign_in
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def expect_text(scripted):
    """Return a function that waits until a page shows a sentence; without JavaScript it loads the page again first."""

    def wait_for_text(page, message):
        reload_without_javascript(page, scripted=scripted)
        expect(page.get_by_role("main")).to_contain_text(message)

    return wait_for_text


def an_order():
    """Order a Margherita for pickup, without a browser."""
    return place(basket_of(pizza(), at=clock.now()), at=clock.now())


@pytest.fixture
def ciro(open_page):
    page = open_page()
    sign_in(page, "chef")
    return page


def test_a_delivery_that_failed_because_nobody_was_home_is_delivered_at_the_second_attempt(
    open_page, scripted, ciro, expect_text
):
    anna, dina = open_page(), open_page()
    order(anna, street="Via Appia 7")
    cook(ciro, 1)
    expect(ciro.locator(".column-ready").get_by_role("button", name=re.compile("Handed over"))).to_have_count(0)

    sign_in(dina, "driver")
    expect(dina.get_by_role("button", name="Claim")).to_be_visible()
    expect(dina.get_by_role("main")).not_to_contain_text("Via Appia 7")  # shown only to the driver who claimed it
    press(dina.get_by_role("button", name="Claim"))
    expect(dina.get_by_role("main")).to_contain_text("Via Appia 7")
    press(dina.get_by_role("button", name="Leave with it"))
    expect_text(anna, "On its way")

    if scripted:
        press(dina.get_by_text("Could not deliver"))
    else:
        dina.goto("/delivery/?pause-refresh")  # the form is open, and the page does not reload itself
    dina.get_by_role("radio", name="nobody opened the door").check()
    press(dina.get_by_role("button", name="Bring it back"))
    expect(dina.get_by_role("button", name="Leave with it")).to_be_visible()
    expect_text(anna, "Ready to go")
    press(dina.get_by_role("button", name="Leave with it"))
    press(dina.get_by_role("button", name="Delivered"))

    expect_text(anna, "Enjoy your meal!")
    assert list(replay.differences()) == []


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_guest_can_cancel_an_order_only_until_it_is_in_the_oven(open_page, ciro, expect_text):
    anna, luca = open_page(), open_page()
    order(anna)
    order(luca)
    luca.get_by_role("link", name="Cancel this order").click()
    expect(luca.get_by_role("button", name="Yes, cancel it")).to_be_visible()
    cook(ciro, 2)

    anna.get_by_role("link", name="Cancel this order").click()
    press(anna.get_by_role("button", name="Yes, cancel it"))
    expect_text(anna, "This order was cancelled")

    press(luca.get_by_role("button", name="Yes, cancel it"))
    expect(luca.get_by_role("main")).to_contain_text("already in the oven")
    assert [order.status for order in Order.objects.order_by("number")] == ["cancelled", "ready"]


@WITH_JAVASCRIPT
def test_a_guest_reads_the_reason_when_the_kitchen_cancels_the_order(open_page, ciro, expect_text):
    anna = open_page()
    open_order(anna, an_order())

    ciro.goto("/kitchen/")
    ciro.locator(".ticket-header").click()
    press(ciro.get_by_role("button", name="Cancel…"))
    ciro.get_by_role("radio", name="something else").check()
    press(ciro.get_by_role("button", name="Cancel order #1"))
    expect(ciro.get_by_role("main")).to_contain_text("Please say why")
    ciro.get_by_label("What shall we tell the guest?").fill("The dough did not rise tonight.")
    press(ciro.get_by_role("button", name="Cancel order #1"))

    expect(ciro).to_have_url(re.compile("/kitchen/$"))
    expect_text(anna, "The dough did not rise tonight.")
    expect(anna).to_have_title(re.compile("^This order was cancelled"))
    expect(anna.locator(".receipt-payment")).to_have_text("Nothing to pay")
    expect(anna.get_by_text("Keep this link")).to_have_count(0)


@WITH_JAVASCRIPT
def test_a_ready_ticket_that_the_kitchen_recalls_is_in_the_oven_again(open_page, ciro, expect_text):
    anna = open_page()
    open_order(anna, an_order())
    cook(ciro, 1)
    expect_text(anna, "Ready for you")

    ciro.locator(".ticket-header").click()
    press(ciro.get_by_role("button", name="Recall"))

    expect(ciro.locator(".column-cooking")).to_contain_text("#1")
    expect_text(anna, "In the oven")


@WITH_JAVASCRIPT
def test_a_very_long_word_in_a_ticket_does_not_widen_the_kitchens_board(open_page):
    ciro = open_page()
    an_order()
    Ticket.objects.update(notes="x" * 500, allergies="W" * 300)

    sign_in(ciro, "chef")

    expect(ciro.locator("#board")).to_contain_text("W" * 300)
    ciro.wait_for_load_state()  # with its stylesheets
    for width in (390, 768, 1280):
        ciro.set_viewport_size({"width": width, "height": 900})
        until(lambda width=width: ciro.locator("#board").evaluate("board => board.scrollWidth") <= width)


@WITH_JAVASCRIPT
def test_a_button_pressed_while_the_board_polls_replaces_the_poll_and_takes_effect(ciro):
    an_order()
    expect(ciro.locator(".column-waiting")).to_contain_text("#1")
    asked = []

    def hold(route):
        is_poll = "hx-request" in route.request.headers
        asked.append(is_poll)
        if not is_poll:
            route.continue_()

    ciro.route("**/kitchen/", hold)
    ciro.evaluate("htmx.trigger('#board', 'live')")
    until(lambda: any(asked), page=ciro)

    press(ciro.get_by_role("button", name="Start cooking #1"))

    expect(ciro.locator(".column-cooking")).to_contain_text("#1")
