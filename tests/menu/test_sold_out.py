"""The sold-out list, on which cooks mark menu items sold out and available."""

import re

import pytest
from django.urls import reverse

from menu import sold_out
from menu.models import Topping
from pizzeria.foundation import clock
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests.factories import PizzaFactory, SimpleItemFactory, ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

LIST = reverse("menu:sold_out")


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN)


def olives():
    return Topping.objects.get(slug="olives")


def press(browser, button, kind="topping", slug="olives", **form_data):
    return browser.post(reverse(f"menu:{button}", args=[kind, slug]), form_data, follow=True)


@pytest.mark.parametrize("many", [2, 20])
def test_the_sold_out_list_takes_three_queries_however_many_items_there_are(many, django_assert_num_queries):
    for _ in range(many):
        ToppingFactory(), PizzaFactory(), SimpleItemFactory()

    with django_assert_num_queries(3):
        groups = sold_out.sold_out_list(FRIDAY_NIGHT)

    assert [len(group.items) for group in groups] == [2 + many, 4 + many, 1 + many]


def test_an_item_can_be_marked_sold_out_until_further_notice_on_the_list(ciro):
    html = press(ciro, "mark_sold_out", until="notice").content.decode()

    assert "Olives is off the menu." in html
    assert "until further notice</span>" in html
    assert (olives().is_available(clock.now()), olives().sold_out_until) == (False, None)


@pytest.mark.usefixtures("tonight")
def test_an_item_can_be_marked_sold_out_for_today_on_the_list(ciro):
    press(ciro, "mark_sold_out", until="today")

    assert olives().sold_out_until == clock.end_of_business_day(olives().sold_out_since)


@pytest.mark.usefixtures("tonight")
def test_an_item_can_be_marked_sold_out_until_a_time_on_the_list(ciro):
    press(ciro, "mark_sold_out", until="time", time="03:59:59")

    assert clock.wall_clock(olives().sold_out_until) == "03:59"


def test_an_item_can_be_marked_available_on_the_list(ciro):
    press(ciro, "mark_sold_out", until="notice")

    html = press(ciro, "mark_available").content.decode()

    assert "Olives is back on the menu." in html
    assert olives().is_available(clock.now())


@pytest.mark.parametrize(
    ("form_data", "message"),
    [
        ({}, "Until when?"),
        ({"until": "whenever"}, "Until when?"),
        ({"until": "time"}, "Until what time? Write it like 21:30."),
        ({"until": "time", "time": "soon"}, "Write the time like 21:30."),
        ({"until": "time", "time": "04:00"}, "That time has passed already."),
    ],
    ids=["nothing", "nonsense", "no time", "no such time", "passed"],
)
def test_an_item_stays_available_and_its_form_shows_the_error_when_the_end_time_is_invalid(ciro, form_data, message):
    response = press(ciro, "mark_sold_out", **form_data)

    [row] = re.findall(r'<li id="topping-olives".*?</li>', response.content.decode(), re.DOTALL)
    assert response.status_code == 422
    assert '<details class="disclosure" open>' in row
    assert message in row
    assert f'value="{form_data.get("time", "")}"' in row
    assert response.content.decode().count(message) == 1
    assert olives().is_available(clock.now())


@pytest.mark.parametrize(("kind", "slug"), [("topping", "gold"), ("size", "small"), ("pizza", "olives")])
def test_marking_an_unknown_item_sold_out_returns_404(ciro, kind, slug):
    assert press(ciro, "mark_sold_out", kind, slug, until="notice").status_code == 404


@pytest.mark.parametrize("role", [DRIVER, CUSTOMER], ids=lambda role: role.name)
def test_drivers_and_customers_may_neither_open_nor_use_the_sold_out_list(sign_in, role):
    browser = sign_in(role)

    assert browser.get(LIST).status_code == 403
    assert press(browser, "mark_sold_out", until="notice").status_code == 403
    assert olives().is_available(clock.now())
