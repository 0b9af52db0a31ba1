"""
A guest orders two pizzas, follows them, and is told of them by e-mail and SMS; the chef cooks them in another browser;
the manager reads how it went.
"""

import re

import pytest
from playwright.sync_api import expect

from orders import replay
from tests.chaos.works import Works
from tests.journeys.people import check_out, choose, look_again, sign_in
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

PROMISE = re.compile(r"Ready between\s*\d\d:\d\d and \d\d:\d\d")


@pytest.fixture
def letters(post, shop, live_server, tmp_path):
    """A worker and beat, as a real shop runs them, by which people are told; gives the postbox they write to."""
    works = Works({**post.environment, "ORIGIN": live_server.url}, log=tmp_path / "works.log")
    works.worker()
    works.beat()
    yield post
    works.kill_all()


def test_from_the_menu_to_the_counter(somebody, scripted, letters):
    anna, ciro, marta = somebody(), somebody(), somebody()

    # Pepperoni 14.99 x 1.60, with two toppings at 2.50; Margherita 12.99 with one.
    choose(anna, "Pepperoni", size="Large", adding=["Olives", "Basil"], scripted=scripted)
    expect(anna.locator("#price")).to_contain_text("€28.98")
    anna.get_by_role("button", name="Add to basket").click()
    choose(anna, "Margherita", size="Small", adding=["Mushrooms"], scripted=scripted)
    expect(anna.locator("#price")).to_contain_text("€15.49")
    anna.get_by_role("button", name="Add to basket").click()
    expect(anna.locator("#basket")).to_contain_text("€44.47")

    check_out(anna, name="Anna", email="anna@example.com", allergies="nuts")
    tracker = anna.locator("#tracker")
    expect(tracker).to_contain_text("We have your order")
    expect(tracker).to_contain_text(PROMISE)
    expect(anna.get_by_role("main")).to_contain_text("€44.47")
    assert re.search(r"/orders/[0-9a-f-]{36}/[\w-]{43}/$", anna.url)

    sign_in(ciro, "chef")
    expect(ciro).to_have_url(re.compile("/kitchen/$"))
    ticket = ciro.get_by_role("listitem").filter(has=ciro.get_by_role("heading", name="#1"))
    expect(ticket).to_contain_text("nuts")
    expect(ticket).to_contain_text("Olives")
    ciro.get_by_role("button", name="Start cooking #1").click()
    expect(ciro.locator(".column-cooking")).to_contain_text("#1")
    look_again(anna, scripted=scripted)
    expect(tracker).to_contain_text("In the oven", timeout=15_000)

    ciro.get_by_role("button", name="It is ready #1").click()
    expect(ciro.locator(".column-ready")).to_contain_text("#1")
    look_again(anna, scripted=scripted)
    expect(tracker).to_contain_text("Ready for you", timeout=15_000)
    until(lambda: len(letters.taken("sms")) == len(letters.taken("email")) == 2, why=letters.taken)

    ciro.get_by_role("button", name=re.compile("Handed over")).click()
    expect(ciro.locator(".column-ready")).not_to_contain_text("#1")
    look_again(anna, scripted=scripted)
    expect(tracker).to_contain_text("Enjoy your meal!", timeout=15_000)

    sign_in(marta, "manager")
    expect(marta).to_have_url(re.compile("/admin/$"))
    marta.get_by_role("link", name="Orders", exact=True).first.click()
    marta.get_by_role("link", name="1", exact=True).click()
    timeline = marta.get_by_role("region", name="What happened").get_by_role("row")
    expect(timeline).to_have_count(6)  # the heads of the columns, and five events
    expect(timeline.nth(1)).to_contain_text("Placed as #1, €44.47")
    expect(timeline.nth(3)).to_contain_text("Ciro Russo")
    expect(timeline.nth(5)).to_contain_text("Handed over, €44.47 taken in cash")
    assert list(replay.differences()) == []

    until(lambda: len(letters.taken("email")) == 3, why=letters.taken)
    assert [letter.subject for letter in letters.taken("email", to="anna@example.com")] == [
        "Order #1 is in line for the oven",
        "Order #1 is ready for pickup",
        "Order #1 is in your hands",
    ]
    confirmed, ready = [message.text for message in letters.taken("sms")]
    assert ready == "Hi Anna! Your order #1 is ready for pickup!"
    for text in [confirmed, *(letter.text for letter in letters.taken("email"))]:
        assert re.findall(r"http\S+", text) == [anna.url]
    elsewhere = somebody()
    elsewhere.goto(anna.url)
    expect(elsewhere.locator("#tracker")).to_contain_text("Enjoy your meal!")


def test_signing_in_leads_everybody_to_ones_own_page(somebody, scripted):
    own_pages = {
        "customer": "/orders/",
        "chef": "/kitchen/",
        "driver": "/delivery/",
        "manager": "/admin/",
        "admin": "/admin/",
    }

    for name, page in own_pages.items():
        person = somebody()
        sign_in(person, name)
        expect(person).to_have_url(re.compile(f"{page}$"))
