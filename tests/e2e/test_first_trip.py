"""
A guest orders two pizzas, follows the order, and gets notifications by e-mail and SMS; the chef cooks in another
browser; the manager reads the order's timeline.
"""

import re

import pytest
from playwright.sync_api import expect

from orders import replay
from tests.chaos.processes import ShopProcesses
from tests.e2e.browsers import WITHOUT_JAVASCRIPT_IN_LONG_RUNS
from tests.e2e.people import add_to_basket, check_out, choose, press, reload_without_javascript, sign_in_by_form
from tests.message_sinks import environment_of
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PROMISE = re.compile(r"Ready between\s*\d\d:\d\d and \d\d:\d\d")


EMAILS = ["Order #1 is in line for the oven", "Order #1 is ready for pickup", "Order #1 is in your hands"]
SMS = ["got #1", "Hi Anna! Your order #1 is ready"]  # after the shop's name, up to " for "

SECONDS_TO_ANSWER = 20  # for the message sinks; a message without an answer by then may be sent twice


@pytest.fixture
def sinks(message_sinks, no_undo, shop, live_server, tmp_path):
    """Run a worker and beat, as a real shop does; yield the message sinks to which they send."""
    variables = {
        **environment_of(message_sinks.servers, SECONDS_TO_ANSWER),
        "ORIGIN": live_server.url,
        "SHOP_UNDO_SECONDS": "0",
    }
    shop_processes = ShopProcesses(variables, log=tmp_path / "processes.log")
    try:
        shop_processes.start_worker()
        shop_processes.start_beat()
        yield message_sinks
    finally:
        shop_processes.kill_all()


def wait_for_messages(sinks, *, emails, sms):
    """Wait until these messages have arrived by each channel, in this order, and no others."""

    def arrived():
        subjects = [message.subject for message in sinks.messages("email", to="anna@example.com")]
        return subjects, [
            message.text.removeprefix("Mario's Pizzeria: ").partition(" for ")[0] for message in sinks.messages("sms")
        ]

    until(lambda: arrived() == (emails, sms), describe=sinks.messages)


@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_guest_follows_a_pickup_order_from_the_menu_to_the_handover_by_page_email_and_sms(open_page, scripted, sinks):
    anna, ciro, marta = open_page(), open_page(), open_page()

    # Pepperoni 14.99 x 1.60, with two toppings at 2.50; Margherita 12.99 with one.
    choose(anna, "Pepperoni", size="Large", adding=["Olives", "Basil"], scripted=scripted)
    expect(anna.locator("#price")).to_contain_text("€28.98")
    add_to_basket(anna)
    choose(anna, "Margherita", size="Small", adding=["Mushrooms"], scripted=scripted)
    expect(anna.locator("#price")).to_contain_text("€15.49")
    add_to_basket(anna)
    expect(anna.locator("#basket")).to_contain_text("€44.47")

    check_out(anna, name="Anna", email="anna@example.com", allergies="nuts")
    tracker = anna.locator("#tracker")
    expect(tracker).to_contain_text("We have your order")
    expect(tracker).to_contain_text(PROMISE)
    expect(anna.get_by_role("main")).to_contain_text("€44.47")
    assert re.search(r"/orders/[0-9a-f-]{36}/[\w-]{43}/$", anna.url)
    wait_for_messages(sinks, emails=EMAILS[:1], sms=SMS[:1])  # before later ones exist, which would overtake them

    sign_in_by_form(ciro, "chef")
    expect(ciro).to_have_url(re.compile("/kitchen/$"))
    ticket = ciro.get_by_role("listitem").filter(has=ciro.get_by_role("heading", name="#1"))
    expect(ticket).to_contain_text("nuts")
    expect(ticket).to_contain_text("Olives")
    press(ciro.get_by_role("button", name="Start cooking #1"))
    expect(ciro.locator(".column-cooking")).to_contain_text("#1")
    reload_without_javascript(anna, scripted=scripted)
    expect(tracker).to_contain_text("In the oven")

    press(ciro.get_by_role("button", name="It is ready #1"))
    expect(ciro.locator(".column-ready")).to_contain_text("#1")
    reload_without_javascript(anna, scripted=scripted)
    expect(tracker).to_contain_text("Ready for you")
    wait_for_messages(sinks, emails=EMAILS[:2], sms=SMS)

    press(ciro.get_by_role("button", name="Handed over #1"))
    expect(ciro.locator(".column-ready")).not_to_contain_text("#1")
    reload_without_javascript(anna, scripted=scripted)
    expect(tracker).to_contain_text("Enjoy your meal!")

    sign_in_by_form(marta, "manager")
    expect(marta).to_have_url(re.compile("/admin/$"))
    marta.get_by_role("rowheader").get_by_role("link", name="Orders", exact=True).first.click()
    marta.get_by_role("rowheader").get_by_role("link", name=re.compile("#1")).click()
    timeline = marta.get_by_role("region", name="Timeline").get_by_role("row")
    for text in ("Placed as #1, €44.47", "Ciro Russo", "Handed over, €44.47 taken in cash"):
        expect(timeline.filter(has_text=text).first).to_be_visible()
    assert list(replay.differences()) == []

    wait_for_messages(sinks, emails=EMAILS, sms=SMS)
    confirmed = sinks.messages("sms")[0].text
    for text in [confirmed, *(message.text for message in sinks.messages("email"))]:
        assert re.findall(r"http\S+", text) == [anna.url]
    elsewhere = open_page()
    elsewhere.goto(anna.url)
    expect(elsewhere.locator("#tracker")).to_contain_text("Enjoy your meal!")
