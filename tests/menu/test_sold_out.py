"""What can be sold out, and the cook's list of it."""

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
    """The chef's browser."""
    return sign_in(KITCHEN)


def olives():
    return Topping.objects.get(slug="olives")


def press(browser, button, kind="topping", slug="olives", **said):
    return browser.post(reverse(f"menu:{button}", args=[kind, slug]), said, follow=True)


@pytest.mark.parametrize("many", [2, 20])
def test_takes_three_queries_to_list_however_much_there_is(many, django_assert_num_queries):
    for _ in range(many):
        ToppingFactory(), PizzaFactory(), SimpleItemFactory()

    with django_assert_num_queries(3):
        groups = sold_out.sellable(FRIDAY_NIGHT)

    assert [len(group.items) for group in groups] == [2 + many, 4 + many, 1 + many]


def test_is_taken_off_from_the_list_until_further_notice(ciro):
    html = press(ciro, "mark_sold_out", until="notice").content.decode()

    assert "Olives is off the menu." in html
    assert "until further notice</span>" in html
    assert (olives().is_on(clock.now()), olives().sold_out_until) == (False, None)


@pytest.fixture
def _tonight(monkeypatch):
    """Stop the shop's clock at Friday night, so that no time that a test types has passed."""
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_NIGHT)


@pytest.mark.usefixtures("_tonight")
def test_is_taken_off_from_the_list_for_today(ciro):
    press(ciro, "mark_sold_out", until="today")

    assert olives().sold_out_until == clock.end_of_business_day(olives().sold_out_since)


@pytest.mark.usefixtures("_tonight")
def test_is_taken_off_from_the_list_until_a_time(ciro):
    press(ciro, "mark_sold_out", until="time", time="03:59:59")

    assert clock.wall_clock(olives().sold_out_until) == "03:59"


def test_is_put_back_from_the_list(ciro):
    press(ciro, "mark_sold_out", until="notice")

    html = press(ciro, "mark_available").content.decode()

    assert "Olives is back on the menu." in html
    assert olives().is_on(clock.now())


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Until when?"),
        ({"until": "whenever"}, "Until when?"),
        ({"until": "time"}, "Until what time? Write it like 21:30."),
        ({"until": "time", "time": "soon"}, "Write the time like 21:30."),
        ({"until": "time", "time": "04:00"}, "That time has passed already."),
    ],
    ids=["nothing", "nonsense", "no time", "no such time", "passed"],
)
def test_stays_on_when_nobody_can_tell_until_when_it_is_off(ciro, said, sentence):
    answer = press(ciro, "mark_sold_out", **said)

    [row] = re.findall(r'<li id="topping-olives".*?</li>', answer.content.decode(), re.DOTALL)
    assert answer.status_code == 422
    assert '<details class="folded" open>' in row
    assert sentence in row
    assert f'value="{said.get("time", "")}"' in row
    assert answer.content.decode().count(sentence) == 1
    assert olives().is_on(clock.now())


@pytest.mark.parametrize(("kind", "slug"), [("topping", "gold"), ("size", "small"), ("pizza", "olives")])
def test_is_only_what_is_on_the_menu(ciro, kind, slug):
    assert press(ciro, "mark_sold_out", kind, slug, until="notice").status_code == 404


@pytest.mark.parametrize("role", [DRIVER, CUSTOMER], ids=lambda role: role.name)
def test_is_no_business_of_those_who_do_not_cook(sign_in, role):
    browser = sign_in(role)

    assert browser.get(LIST).status_code == 403
    assert press(browser, "mark_sold_out", until="notice").status_code == 403
    assert olives().is_on(clock.now())
