"""The forms by which a guest orders: quick and invalid input, double clicks, the back button, a failing network."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from menu.models import Pizza, SimpleItem
from orders.models import Basket, BasketLine
from pizzeria.users.models import User
from tests.e2e.browsers import WITH_JAVASCRIPT, WITHOUT_JAVASCRIPT_IN_LONG_RUNS, browser_contexts
from tests.e2e.people import add_to_basket, check_out, sign_in
from tests.e2e.test_live import stop_clock
from tests.e2e.test_presses import RECORD_REQUESTS
from tests.live.fault_proxy import FaultProxy
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

LONG_WORD = "Schweinefleischspezialitätenpizza"
COUNT = "#basket-count"


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def basket(page):
    """Return the page of a basket with one Margherita and one Pepperoni."""
    for slug in ("margherita", "pepperoni"):
        page.goto(f"/menu/{slug}/")
        add_to_basket(page)
    page.wait_for_load_state()
    return page


def line_of(page, name):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def resize(page, width, *, height):
    page.set_viewport_size({"width": width, "height": height})
    until(lambda: page.evaluate("innerWidth") == width)


def centre_of(button):
    box = button.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click_quickly(page, *names):
    """Click buttons by their names within one task of the page, before any answer can arrive."""
    page.evaluate(
        """(names) => {
            for (const name of names) document.querySelector(`[aria-label="${name}"]`).click();
        }""",
        list(names),
    )


@WITH_JAVASCRIPT
def test_an_invalid_quantity_in_the_basket_is_answered_and_is_not_ordered(basket):
    line = line_of(basket, "Margherita")
    field = line.get_by_label("How many: Margherita")

    for invalid, valid, price in (("0", "2", "€25.98"), ("-3", "3", "€38.97"), ("", "4", "€51.96"), ("25", None, None)):
        field.fill(invalid)
        basket.get_by_role("button", name="Checkout").click()

        expect(line).to_contain_text("Between 1 and 20, please.")
        expect(field).to_have_value(invalid)
        expect(field).to_be_focused()
        if valid:
            field.fill(valid)
            field.press("Enter")
            expect(line).to_contain_text(price)
            expect(line).not_to_contain_text("Between 1 and 20")

    line.get_by_role("button", name="Remove").press("Enter")
    expect(line).to_have_count(0)
    expect(basket.locator(".basket-total")).to_contain_text("€14.99")


@WITH_JAVASCRIPT
def test_an_invalid_quantity_on_the_pizza_page_is_answered_where_the_price_was(page):
    page.goto("/menu/margherita/")
    page.wait_for_load_state()

    page.get_by_label("How many: Margherita").fill("25")
    page.get_by_label("How many: Margherita").press("Tab")

    expect(page.locator("#price")).to_contain_text("Between 1 and 20, please.")
    expect(page.locator("#price")).not_to_contain_text("€")


@WITH_JAVASCRIPT
def test_a_pizza_is_added_as_it_was_chosen_also_while_its_price_is_being_asked_for(page):
    page.goto("/menu/margherita/")
    page.wait_for_load_state()
    page.route("**/menu/margherita/?*", lambda _route: None)  # which is never answered
    with page.expect_request("**/menu/margherita/?*"):
        page.get_by_role("radio", name="Large").check()

    page.get_by_role("button", name="Add to basket").press("Enter")

    expect(page).to_have_url(re.compile("/basket/$"))
    expect(page.get_by_role("main")).to_contain_text("Large")


@WITH_JAVASCRIPT
def test_quick_taps_on_the_quantities_of_two_lines_are_all_counted(basket):
    more = ["One more Margherita", "One more Pepperoni", "One more Margherita", "One more Margherita"]
    click_quickly(basket, *more, "One more Pepperoni", "One fewer Margherita")

    # Three Margherita at 12.99 and three Pepperoni at 14.99.
    expect(basket.locator(".basket-total")).to_contain_text("€83.94")
    expect(basket.get_by_label("How many: Margherita")).to_have_value("3")
    expect(basket.get_by_label("How many: Pepperoni")).to_have_value("3")
    expect(basket.locator(COUNT)).to_contain_text("6")
    assert dict(BasketLine.objects.values_list("slug", "quantity")) == {"margherita": 3, "pepperoni": 3}


@WITH_JAVASCRIPT
def test_quick_changes_and_removals_that_wait_for_an_answer_are_all_sent(basket):
    held = []
    basket.route("**/basket/", lambda route: route.continue_() if held else held.append(route))
    with basket.expect_request("**/basket/"):
        basket.get_by_role("button", name="One more Pepperoni").press("Enter")
    basket.get_by_label("How many: Pepperoni").fill("4")
    basket.get_by_label("How many: Pepperoni").press("Enter")
    line_of(basket, "Margherita").get_by_role("button", name="Remove").press("Enter")
    basket.get_by_role("button", name="One fewer Pepperoni").press("Enter")
    line_of(basket, "Pepperoni").get_by_role("button", name="Remove").focus()  # and does not press it
    basket.get_by_label("How many: Pepperoni").fill("5")
    basket.get_by_role("button", name="Checkout").click()
    assert basket.url.endswith("/basket/")  # it waits for the changes

    held[0].continue_()

    expect(basket).to_have_url(re.compile("/checkout/$"))
    expect(basket.get_by_role("main")).to_contain_text("€74.95")
    assert list(BasketLine.objects.values_list("slug", "quantity")) == [("pepperoni", 5)]


@WITH_JAVASCRIPT
def test_a_button_that_gets_the_focus_while_a_change_waits_for_its_turn_is_not_pressed_by_it(basket):
    held = []
    basket.route("**/basket/", lambda route: route.continue_() if held else held.append(route))
    more = basket.get_by_role("button", name="One more Margherita")
    with basket.expect_request("**/basket/"):
        more.press("Enter")
    more.press("Enter")
    line_of(basket, "Margherita").get_by_role("button", name="Remove").focus()

    held[0].continue_()

    expect(basket.locator(".basket-total")).to_contain_text("€53.96")  # three Margherita and a Pepperoni
    expect(line_of(basket, "Margherita")).to_have_count(1)


@WITH_JAVASCRIPT
def test_a_slow_press_on_checkout_counts_although_the_answer_to_a_change_arrives_meanwhile(basket):
    basket.get_by_label("How many: Margherita").fill("2")
    x, y = centre_of(basket.get_by_role("button", name="Checkout"))

    basket.mouse.move(x, y)
    basket.mouse.down()  # takes the focus from the field, whose change is sent
    expect(basket.locator(".basket-total")).to_contain_text("€40.97")
    basket.mouse.up()

    expect(basket).to_have_url(re.compile("/checkout/$"))


@WITH_JAVASCRIPT
def test_the_lines_of_the_basket_stand_beside_or_above_their_total_and_below_the_quote(basket):
    for width in (390, 768, 1280):
        resize(basket, width, height=1200)

        quote, lines, total = (
            basket.locator(part).bounding_box() for part in ("#basket-quote", ".basket-lines", ".basket-total")
        )
        assert quote["y"] + quote["height"] <= lines["y"]
        assert lines["width"] > width / 2
        assert lines["y"] + lines["height"] <= total["y"] or lines["x"] + lines["width"] <= total["x"]


@WITH_JAVASCRIPT
def test_a_double_tap_on_remove_removes_one_line(basket):
    stop_clock(basket)
    basket.goto("/basket/")
    basket.wait_for_load_state()
    x, y = centre_of(line_of(basket, "Margherita").get_by_role("button", name="Remove"))

    basket.mouse.click(x, y)
    expect(line_of(basket, "Margherita")).to_have_count(0)
    basket.mouse.click(x, y)  # at the line that has just slid there

    expect(basket.locator(COUNT)).to_contain_text("1")
    expect(line_of(basket, "Pepperoni")).to_have_count(1)
    basket.clock.run_for(1000)
    basket.mouse.click(*centre_of(line_of(basket, "Pepperoni").get_by_role("button", name="Remove")))
    expect(basket.get_by_role("main")).to_contain_text("Nothing on the plate yet.")


@WITH_JAVASCRIPT
def test_a_message_moves_nothing_when_it_comes_and_goes(basket):
    message = basket.locator("#messages .message")
    expect(message).to_contain_text("Pepperoni is in your basket.")
    before = line_of(basket, "Margherita").bounding_box()

    basket.get_by_role("button", name="One more Pepperoni").press("Enter")
    expect(basket.locator(".basket-total")).to_contain_text("€42.97")

    expect(message).to_have_count(0)
    assert line_of(basket, "Margherita").bounding_box() == before


@WITH_JAVASCRIPT
def test_simple_items_are_added_where_the_reader_is_and_a_double_click_adds_one(page):
    stop_clock(page)
    page.add_init_script(RECORD_REQUESTS)
    page.goto("/menu/")
    page.wait_for_load_state()
    add = page.get_by_role("button", name=re.compile("^Add .* to the basket$")).last
    add.scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    assert scrolled > 0

    add.click()
    expect(page.locator(COUNT)).to_contain_text("1")
    add.click()  # the second click of a double one, on the form that the answer has brought

    expect(page.locator("#messages")).to_be_in_viewport()
    expect(page.locator("#messages")).to_contain_text("is in your basket.")
    assert page.evaluate("scrollY") == scrolled
    assert len(page.evaluate("window.posts")) == 1

    page.clock.run_for(1000)
    add.click()
    expect(page.locator(COUNT)).to_contain_text("2")
    assert BasketLine.objects.get().quantity == 2


@WITH_JAVASCRIPT
def test_two_different_first_items_added_quickly_are_in_one_basket(page):
    page.goto("/menu/")
    page.wait_for_load_state()

    page.evaluate(
        "() => [...document.querySelectorAll('.add-form button[type=submit]')].slice(0, 2).forEach((b) => b.click())"
    )

    expect(page.locator(COUNT)).to_contain_text("2")
    assert Basket.objects.get().lines.count() == 2


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_the_back_button_shows_the_present_basket_and_the_price_of_what_is_chosen(page, scripted):
    page.goto("/menu/")
    page.goto("/menu/margherita/")
    page.get_by_role("radio", name="Large").check()
    add_to_basket(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Margherita", level=1)).to_be_visible()
    expect(page.locator(COUNT)).to_contain_text("1")
    # The browser may restore the size that was chosen, or not: the price is that of the size that it shows.
    size, price = page.locator(".size:has(:checked)"), page.locator("#price")
    if scripted:
        until(lambda: re.search(r"€[\d.]+", size.inner_text())[0] in price.inner_text())

    check_out(page)
    page.go_back()  # to the checkout of a basket that is empty now
    expect(page).to_have_url(re.compile("/menu/$"))
    expect(page.locator(COUNT)).to_have_text("")
    page.go_back()
    expect(page.get_by_role("main")).to_contain_text("Nothing on the plate yet.")
    expect(page.get_by_role("main")).not_to_contain_text("is in your basket")


@WITH_JAVASCRIPT
def test_a_change_without_an_answer_is_reported_and_sent_with_the_next_press(served_shop, server, browser, scripted):
    with ExitStack() as exit_stack:
        proxy = FaultProxy(server.port)
        exit_stack.callback(proxy.close)
        address = f"http://127.0.0.1:{proxy.port}"
        page = exit_stack.enter_context(browser_contexts(browser, address))()
        page.goto("/menu/margherita/")
        add_to_basket(page)
        page.wait_for_load_state()

        proxy.refuse()
        page.get_by_role("button", name="One more Margherita").press("Enter")
        expect(page.locator("#messages")).to_contain_text("That has not reached us.")

        proxy.restore()
        page.get_by_role("button", name="Checkout").press("Enter")
        expect(page).to_have_url(re.compile("/checkout/$"))
        expect(page.get_by_role("main")).to_contain_text("€25.98")

        page.goto("/basket/")
        proxy.answer(503)
        with page.expect_navigation():  # to the answer, in place of a quantity that was not saved
            page.get_by_role("button", name="One more Margherita").press("Enter")


@WITH_JAVASCRIPT
def test_no_page_is_wider_than_a_phone_or_a_tablet_not_even_with_long_words_and_names(page):
    for dish, name in ((Pizza, LONG_WORD), (SimpleItem, f"{LONG_WORD}saft")):
        first = dish.objects.order_by("pk").first()
        dish.objects.filter(pk=first.pk).update(name=name, description=LONG_WORD * 2)
    User.objects.filter(username="customer").update(first_name=LONG_WORD)
    sign_in(page, "customer")
    page.goto("/menu/")
    page.get_by_role("link", name=LONG_WORD, exact=True).click()
    expect(page.get_by_role("heading", name=LONG_WORD, level=1)).to_be_visible()
    slug = page.url.rstrip("/").rpartition("/")[2]
    page.wait_for_load_state()
    page.get_by_role("button", name="Add to basket").press("Enter")
    expect(page).to_have_url(re.compile("/basket/$"))

    for address in ("/", "/menu/", f"/menu/{slug}/", "/basket/", "/checkout/", "/profile/"):
        page.goto(address)
        for width in (320, 390, 768, 1280):
            resize(page, width, height=800)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
