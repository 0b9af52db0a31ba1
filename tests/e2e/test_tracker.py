"""The guest's order page in the browser: what it says by itself, without and with its script."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import Ticket
from pizzeria.foundation import clock
from pizzeria.users.roles import KITCHEN
from tests import shop as test_shop
from tests.e2e.browsers import WITH_JAVASCRIPT

pytestmark = pytest.mark.django_db(transaction=True)

CHEF = test_shop.acting_as(KITCHEN, 11)
ICON = "link[rel=icon]"


@pytest.fixture
def order(shop):
    """Return an order that was placed nine minutes ago, and should be out of the oven in a minute."""
    at = clock.now() - timedelta(minutes=9)
    order = test_shop.place(test_shop.basket_of(at=at), at=at)
    Ticket.objects.update(due_at=clock.now() + timedelta(minutes=1))
    return order


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_title_and_icon_change_when_the_order_is_ready(open_page, order, scripted):
    page = open_page()
    page.goto(link(order))
    expect(page).to_have_title(re.compile("^We have your order · Order 1 · "))
    expect(page.locator(ICON)).to_have_attribute("href", re.compile("/mark.svg$"))

    kitchen_services.start_cooking(ref=order.ref, by=CHEF, at=clock.now())
    kitchen_services.finish_ticket(ref=order.ref, by=CHEF, at=clock.now())
    if not scripted:
        page.goto(page.url)

    expect(page).to_have_title(re.compile("^Ready for you · Order 1 · "))
    expect(page.locator(ICON)).to_have_attribute("href", re.compile("/mark_ready.svg$"))


def test_without_a_script_the_page_says_by_its_next_refresh_that_there_is_no_news(open_page, order):
    page = open_page()
    page.goto(link(order))
    expect(page.locator("#headline")).to_be_visible()
    expect(page.locator("#silence")).to_be_hidden()

    Ticket.objects.update(due_at=clock.now())
    page.goto(page.url)

    expect(page.locator("#silence")).to_have_text(re.compile(r"No news from the kitchen for \d+ minutes"))


@WITH_JAVASCRIPT
def test_the_notice_of_a_silent_kitchen_appears_and_counts_while_nothing_is_fetched(open_page, order):
    page = open_page()
    page.clock.install(time=clock.now())
    page.goto(link(order))
    expect(page.locator("#silence")).to_be_hidden()
    expect(page.locator("#silence")).to_have_count(1)
    page.route("**/orders/**", lambda route: route.fulfill(status=204))  # nothing has changed, from now on

    page.clock.fast_forward("02:00")
    expect(page.locator("#silence")).to_be_visible()
    expect(page.locator("#announcements")).to_have_text(re.compile("No news from the kitchen for 1[12] minutes"))
    page.clock.fast_forward("05:00")
    expect(page.locator("#silence")).to_have_text(re.compile("No news from the kitchen for 1[67] minutes"))

    page.route("**/orders/**", lambda _route: None)  # no answer
    page.clock.fast_forward("01:00")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#silence")).to_be_hidden()  # the page does not know
