"""The board on the screens of a kitchen: it fits, can be used by keys, and keeps what a cook has selected."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket
from orders import services as order_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.e2e.accessibility import assert_accessible
from tests.e2e.browsers import checked_pages
from tests.e2e.people import sign_in
from tests.kitchen.lateness_cases import CASES, LATE_MINUTES, WARNING_MINUTES
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"width": 1280, "height": 800}
MIN_TARGET = 56
MIN_LETTERS = 20  # CSS pixels: can be read at 1.5 m on a 10-inch tablet


@pytest.fixture
def chef_page(shop, live_server, browser):
    """Yield a function that opens the board on a screen: `chef_page(width=390, height=844)`."""
    with checked_pages(browser, live_server.url) as open_page:

        def open_board(**viewport):
            page = open_page(viewport=viewport or TABLET)
            sign_in(page, "chef")
            page.wait_for_url("**/kitchen/")
            expect(page.locator("html[data-settling]")).to_have_count(0)  # until then presses are ignored
            return page

        yield open_board


def orders(count, *, lines=1):
    at = clock.now()
    pizzas = [pizza(), pizza("pepperoni", size="large")][:lines]
    return [place(basket_of(*pizzas, at=at), at=at) for _ in range(count)]


def start(placed):
    for order in placed:
        kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=clock.now())


def card(page, order):
    return page.locator(f"#ticket-{order.ref}")


def key_of(page, order):
    return until(lambda: card(page, order).get_attribute("data-key"))


def height_of_page(page):
    return page.evaluate("document.documentElement.scrollHeight")


def test_twelve_open_tickets_with_two_lines_each_fit_a_tablet_without_scrolling(chef_page):
    placed = orders(12, lines=2)
    page = chef_page()
    expect(page.locator(".ticket-items li")).to_have_count(24)
    assert_twelve_fit(page)

    start(placed[:5])
    page.reload()
    expect(page.locator(".column-cooking .ticket")).to_have_count(5)
    assert_twelve_fit(page)


def assert_twelve_fit(page):
    cards = page.locator(".ticket")
    expect(cards).to_have_count(12)
    assert height_of_page(page) <= TABLET["height"]
    assert all(box["y"] + box["height"] <= TABLET["height"] for box in (each.bounding_box() for each in cards.all()))


def test_what_to_make_can_be_read_from_afar_and_what_is_tapped_is_large(chef_page):
    placed = orders(2)
    start(placed[:1])
    page = chef_page()
    expect(page.locator(".ticket")).to_have_count(2)

    # A refresh may replace an element just when it is measured: then it has no size.
    line = page.locator(".ticket-items b").first
    letters = until(lambda: line.evaluate("element => getComputedStyle(element).fontSize"))
    assert float(letters.removesuffix("px")) >= MIN_LETTERS
    for target in (".ticket-header", ".ticket-step", ".all-day summary", ".tool summary"):
        box = until(page.locator(f"{target} >> visible=true").first.bounding_box)
        assert box["height"] >= MIN_TARGET


def test_the_key_of_a_card_takes_its_steps_and_stays_the_same_in_each_column(chef_page):
    first, second = orders(2)
    page = chef_page()
    key = key_of(page, second)
    assert key != key_of(page, first)

    page.keyboard.press(key.lower())
    expect(page.locator(".column-cooking .ticket")).to_have_attribute("data-key", key)

    page.wait_for_timeout(700)  # a key that is pressed twice takes one step
    page.keyboard.press(key.lower())
    expect(page.locator(".column-ready .ticket")).to_have_attribute("data-key", key)
    expect(card(page, first)).to_have_attribute("data-state", "waiting")


def test_a_key_with_shift_selects_cards_and_one_button_starts_them_all(chef_page):
    placed = orders(3)
    page = chef_page()
    for order in placed[:2]:
        page.keyboard.press(f"Shift+Digit{key_of(page, order)}")
    expect(page.locator(".bulk-bar")).to_contain_text("2 selected")
    expect(page.locator(".bulk-bar [value=recall]")).to_be_hidden()

    page.locator(".bulk-bar").get_by_role("button", name="Start").press("Enter")

    expect(page.locator(".column-cooking .ticket")).to_have_count(2)
    expect(page.locator(".bulk-bar")).to_be_hidden()
    expect(card(page, placed[2])).to_have_attribute("data-state", "waiting")


def test_a_selection_outlives_a_refresh_and_ends_when_another_cook_takes_the_ticket(chef_page):
    first, second = orders(2)
    page = chef_page()
    for order in (first, second):
        card(page, order).locator(".ticket-header").click()
    expect(page.locator(".bulk-bar")).to_contain_text("2 selected")

    start([first])

    expect(page.locator(".column-cooking .ticket")).to_have_count(1)
    expect(page.locator(".bulk-bar")).to_contain_text("1 selected")
    expect(card(page, second).get_by_role("checkbox")).to_be_checked()
    expect(card(page, first).get_by_role("checkbox")).not_to_be_checked()


def test_a_ticket_on_hold_and_one_that_comes_first_show_it(chef_page):
    first, second = orders(2)
    page = chef_page()
    card(page, first).locator(".ticket-header").click()
    page.locator(".bulk-bar").get_by_role("button", name="Hold").press("Enter")
    expect(card(page, first)).to_contain_text("On hold since")
    card(page, second).locator(".ticket-header").click()
    page.locator(".bulk-bar").get_by_role("button", name="First", exact=True).press("Enter")

    expect(card(page, second)).to_contain_text("First")
    expect(page.locator(".ticket").first).to_have_id(f"ticket-{second.ref}")
    card(page, first).get_by_role("button", name="Resume").press("Enter")
    expect(card(page, first)).not_to_contain_text("On hold since")


def test_two_cooks_at_two_screens_the_second_reads_on_the_card_who_was_first(chef_page):
    [order] = orders(1)
    page, other = chef_page(), chef_page()
    value = other.get_by_role("button", name="Start cooking #1").get_attribute("value")
    page.get_by_role("button", name="Start cooking #1").press("Enter")
    expect(card(other, order)).to_have_attribute("data-state", "cooking")

    # The button as the second screen showed it a moment ago.
    other.evaluate("value => document.querySelector('.ticket-step').value = value", value)
    other.get_by_role("button", name=re.compile("ready")).press("Enter")

    refusal = card(other, order).locator(".ticket-refusal")
    expect(refusal).to_contain_text("#1 is in the oven already.")
    other.evaluate("htmx.trigger('#board', 'live')")
    expect(refusal).to_contain_text("#1 is in the oven already.")  # the refresh does not have it


def test_a_clock_runs_on_each_card_and_its_lateness_follows(chef_page):
    orders(1)
    Kitchen.objects.update(warning_minutes=1)
    page = chef_page()
    clock_of_card = page.locator(".ticket-clock")
    expect(clock_of_card).to_have_text(re.compile(r"^\d+:\d\d$"))
    shown = clock_of_card.inner_text()
    expect(clock_of_card).not_to_have_text(shown)

    Ticket.objects.update(due_at=clock.now() - timedelta(minutes=30))
    page.reload()
    expect(page.locator(".ticket")).to_have_attribute("data-late", "very_late")
    expect(page.locator(".ticket-clock")).to_have_text(re.compile(r"^\+30:\d\d$"))
    computed = page.evaluate(
        "([cases, settings]) => cases.map(([seconds]) => latenessOf(-seconds, settings))",
        [CASES, {"warning": str(WARNING_MINUTES), "late": str(LATE_MINUTES)}],
    )
    assert computed == [lateness for _seconds, lateness in CASES]


def test_on_a_phone_one_column_is_shown_at_a_time_and_stays_after_a_refresh(chef_page):
    first, _second = orders(2)
    start([first])
    page = chef_page(width=390, height=844)
    expect(page.locator(".column-waiting")).to_be_visible()
    expect(page.locator(".column-cooking")).to_be_hidden()

    page.get_by_role("navigation", name="Columns").get_by_role("link", name="Cooking").click()
    expect(page.locator(".column-cooking")).to_be_visible()
    expect(page.locator(".column-waiting")).to_be_hidden()

    order_services.cancel_order(ref=_second.ref, reason="sold_out", by=SYSTEM, at=clock.now())
    expect(page.get_by_role("navigation", name="Columns").get_by_role("link", name="Waiting")).to_contain_text("0")
    expect(page.locator(".column-cooking")).to_be_visible()
    expect(page.locator(".column-waiting")).to_be_hidden()


def test_a_refresh_is_sent_the_changed_cards_alone_and_shows_all_of_them_with_the_keys_they_had(chef_page):
    changed, *others = orders(3)
    page = chef_page()
    keys = {order.ref: key_of(page, order) for order in others}
    answers = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/kitchen/") else None)

    start([changed])
    expect(page.locator(".column-cooking .ticket")).to_have_count(1)

    answer = next(text for text in map(type(answers[0]).text, answers) if f"finish:{changed.ref}" in text)
    assert answer.count("data-unchanged") == 2
    assert not any(f"ticket-{order.ref}" in answer for order in others)
    expect(page.locator("#board [data-unchanged]")).to_have_count(0)
    expect(page.locator(".column-waiting .ticket-clock")).to_have_text([re.compile(r"\d:\d\d")] * 2)
    assert {order.ref: key_of(page, order) for order in others} == keys


def test_the_size_of_the_letters_and_the_dark_look_are_kept_on_the_device(chef_page):
    orders(1)
    page = chef_page()
    line = page.locator(".ticket-items b").first
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    background = "getComputedStyle(document.body).backgroundColor"
    before, light = line.evaluate(size), page.evaluate(background)

    page.get_by_text("Look", exact=True).click()
    page.get_by_role("radio", name="XL").check()
    page.get_by_role("radio", name="Dark").check()
    page.reload()

    until(lambda: line.evaluate(size) > before)
    until(lambda: page.evaluate(background) != light)

    page.emulate_media(color_scheme="dark")
    expect(page.locator("html[data-settling]")).to_have_count(0)
    page.get_by_text("Look", exact=True).click()
    page.get_by_role("radio", name="Light").check()
    page.reload()

    until(lambda: page.evaluate(background) == light)  # whatever the system has


def test_the_board_is_accessible_in_light_and_dark(chef_page):
    placed = orders(4)
    start(placed[:2])
    kitchen_services.finish_ticket(ref=placed[0].ref, by=SYSTEM, at=clock.now())
    kitchen_services.hold_ticket(ref=placed[2].ref, by=SYSTEM, at=clock.now())
    Ticket.objects.filter(ref=placed[3].ref).update(due_at=clock.now() - timedelta(minutes=3), allergies="Nuts")
    page = chef_page()
    expect(page.locator(".ticket")).to_have_count(4)

    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        until(lambda width=width: page.evaluate("innerWidth") == width)
        assert_accessible(page)
