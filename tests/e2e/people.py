"""Steps of people on the shop's pages; most of them wait until the page shows the result."""

import re

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from orders.models import Order
from pizzeria.users.models import User
from tests.message_sinks import TestMessageSinks
from tests.users.account_holders import CARLA, PASSWORD, code_in


def session_of(name: str) -> str:
    """Return the key of a new session of a user."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(page: Page, name: str) -> None:
    """Set a user's session in a page's browser, and open the page to which signing in leads; faster than the form."""
    session = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(name), "path": "/"}
    page.context.add_cookies([{**session, "domain": host} for host in ("localhost", "127.0.0.1")])
    page.goto(reverse("users:landing"))
    expect(page).not_to_have_url(re.compile("/accounts/"))
    page.wait_for_load_state()  # until its scripts run; before that a button press sends its form without htmx


def sign_in_by_form(page: Page, name: str) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("pizza")
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/accounts/"))
    page.wait_for_load_state()  # until its scripts run; before that a button press sends its form without htmx


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def reload_without_javascript(page: Page, *, scripted: bool) -> None:
    """Load a page again if JavaScript is off: it would refresh itself only every twenty seconds."""
    if not scripted:
        page.goto(page.url)


def choose(page: Page, pizza: str, *, size: str, adding: list[str], scripted: bool) -> None:
    """Open a pizza from the menu, and select its size and toppings."""
    page.goto("/menu/")
    page.get_by_role("link", name=pizza, exact=True).first.click()
    expect(page.get_by_role("heading", name=pizza, level=1)).to_be_visible()
    page.wait_for_load_state()  # until htmx runs, which asks for the price after each change
    page.get_by_role("radio", name=size).check()
    for topping in adding:
        page.get_by_role("checkbox", name=topping).check()
    if not scripted:
        page.get_by_role("button", name="Update price").click()
        expect(page).to_have_url(re.compile("size="))


def add_to_basket(page: Page) -> None:
    page.get_by_role("button", name="Add to basket").click()
    expect(page).to_have_url(re.compile("/basket/$"))


def check_out(
    page: Page, *, name: str = "Anna Bianchi", email: str = "", allergies: str = "", street: str = ""
) -> None:
    """Order what is in the basket, for pickup unless a street is given."""
    page.goto("/basket/")
    page.get_by_role("button", name="Checkout").click()
    if street:
        page.get_by_role("radio", name="Bring it to me").check()
        page.get_by_label("Street and number").fill(street)
        page.get_by_label("Postal code").fill("00153")
        page.get_by_label("Town").fill("Roma")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone").fill("06 1234 5678")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Allergies").fill(allergies)
    if street:
        compute = page.get_by_role("button", name="Compute the total")
        if compute.is_visible():  # without JavaScript
            compute.click()
        expect(page.locator("#checkout-total")).to_contain_text("Delivery fee")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("#tracker")).to_contain_text("We have your order")


def order(page: Page, *, street: str = "") -> None:
    """Order one Margherita without changes."""
    page.goto("/menu/margherita/")
    add_to_basket(page)
    check_out(page, street=street)


def open_order(page: Page, placed: Order) -> None:
    """Open the page of an order by the guest's link."""
    page.goto(reverse("orders:guest_order", args=[placed.ref, placed.contact.guest_token]))


def press(button: Locator) -> None:
    """Press a button by the keyboard: the board and the delivery page ignore a pointer for a moment after a change."""
    button.press("Enter")


def cook(page: Page, number: int) -> None:
    """Start and finish an order on the board."""
    page.goto("/kitchen/")
    press(page.get_by_role("button", name=f"Start cooking #{number}"))
    press(page.get_by_role("button", name=f"It is ready #{number}"))
    expect(page.locator(".column-ready")).to_contain_text(f"#{number}")


def sign_up(page: Page, sinks: TestMessageSinks, *, email: str = CARLA) -> None:
    """Fill in the sign-up page, and enter the code from the e-mail."""
    page.get_by_label("Your name").fill("Carla")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    page.get_by_label("The code in our letter").fill(code_in(sinks, email))
    page.get_by_role("button", name="That is my e-mail").click()
