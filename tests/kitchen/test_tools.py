"""The tools beside the board: pausing the kitchen and changing its capacity."""

from functools import partial

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from pizzeria.foundation import failpoints
from pizzeria.foundation.refusals import Busy
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD, PAUSE, CAPACITY = (reverse(f"kitchen:{name}") for name in ("board", "pause", "change_capacity"))


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN)


@pytest.fixture
def marta(sign_in):
    """Return the browser of a signed-in manager."""
    return sign_in(MANAGER)


def capacity_of(browser, **typed):
    """Return the data of the capacity tool, with some values changed and the shown ones beside them."""
    form = browser.get(BOARD).context["capacity_form"]
    values = {name: form[name].value() for name in form.fields}
    data = values | {form[name].html_initial_name: value for name, value in values.items()} | typed
    return {name: "" if value is None else value for name, value in data.items()}


def open_tools(page):
    """Return the names of the tools that are shown open."""
    html = page.content.decode()
    return [part.partition("</summary>")[0].split()[-1] for part in html.split("<details")[1:] if opens(part)]


def opens(details):
    return "open" in details.partition(">")[0].split()


def closed(browser):
    """Return what the board says while no orders are accepted."""
    return browser.get(BOARD).content.decode().partition('<section id="closed"')[2].partition("</section>")[0]


def test_the_tools_of_the_board_are_closed_until_one_is_asked_for(marta):
    assert open_tools(marta.get(BOARD)) == []
    assert open_tools(marta.get(BOARD, {"tool": "capacity"})) == ["Capacity"]


def test_the_pause_tool_pauses_the_kitchen_and_the_board_shows_the_reason(ciro):
    response = ciro.post(PAUSE, {"reason": "The oven rests", "minutes": "0"})

    assert response.url == BOARD
    page = ciro.get(BOARD).content.decode()
    assert "No new orders. Guests read why." in page
    assert "No new orders: The oven rests" in page


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"reason": "", "minutes": "30"}, "reason"),
        ({"reason": "x" * 121, "minutes": "30"}, "reason"),
        ({"reason": "The oven rests", "minutes": "7"}, "minutes"),
    ],
    ids=["no reason", "too long", "no such time"],
)
def test_an_invalid_pause_form_keeps_its_values_and_shows_the_error(ciro, typed, wrong):
    page = ciro.post(PAUSE, typed)

    form = page.context["pause_form"]
    assert page.status_code == 422
    assert open_tools(page) == ["Pause"]
    assert {name: form[name].value() for name in typed} == typed
    assert list(form.errors) == [wrong]
    assert str(form.errors[wrong][0]) in page.content.decode()
    assert Kitchen.objects.get().taking_orders


def test_a_pause_that_is_refused_as_busy_keeps_the_values_of_the_form(ciro):
    with failpoints.armed("kitchen.pause.begun", raise_lock_timeout):
        page = ciro.post(PAUSE, {"reason": "The oven rests", "minutes": "30"})

    assert page.status_code == 409
    assert "A lot is going on right now." in page.content.decode()
    assert page.context["pause_form"]["reason"].value() == "The oven rests"


def test_the_capacity_tool_begins_with_the_current_values_and_changes_them(marta):
    form = marta.get(BOARD).context["capacity_form"]
    assert {name: form[name].value() for name in form.fields} == {
        "max_concurrent_orders": 20,
        "max_open_pizzas": None,
        "oven_slots": 5,
    }

    response = marta.post(
        CAPACITY, capacity_of(marta, max_concurrent_orders="30", max_open_pizzas="60", oven_slots="7")
    )

    assert response.url == BOARD
    kitchen = Kitchen.objects.get()
    assert (kitchen.max_concurrent_orders, kitchen.max_open_pizzas, kitchen.oven_slots) == (30, 60, 7)
    html = marta.get(BOARD).content.decode()
    assert "the kitchen takes as much as you said" in html
    assert "<strong>0</strong> of 60 pizzas" in html


@pytest.mark.parametrize(
    ("field", "typed"), [("max_concurrent_orders", "0"), ("max_concurrent_orders", "many"), ("oven_slots", "")]
)
def test_an_invalid_capacity_form_keeps_its_values_and_marks_the_field(marta, field, typed):
    page = marta.post(CAPACITY, capacity_of(marta, max_concurrent_orders="30", oven_slots="7") | {field: typed})

    form = page.context["capacity_form"]
    assert page.status_code == 422
    assert open_tools(page) == ["Capacity"]
    assert form[field].value() == typed
    assert list(form.errors) == [field]


def test_a_capacity_below_the_number_of_cooking_orders_is_refused_beside_its_field(marta, chef):
    for _ in range(2):
        kitchen_services.start_cooking(ref=shop.place().ref, by=chef, at=FRIDAY_NIGHT)

    page = marta.post(CAPACITY, capacity_of(marta, max_concurrent_orders="30", oven_slots="1"))

    assert page.status_code == 409
    assert page.context["capacity_form"].errors == {"oven_slots": ["2 orders are cooking now; it cannot be less."]}
    assert page.context["capacity_form"]["max_concurrent_orders"].value() == "30"
    assert page.context["board"].oven_slots == 5


def test_an_older_capacity_form_keeps_what_another_manager_has_changed_and_asks_about_the_same_number(marta):
    paolo = shop.hire(MANAGER, first_name="Paolo", last_name="Verdi")
    older = capacity_of(marta)
    change = partial(kitchen_services.change_capacity, kitchen=Kitchen.objects.get(), by=paolo)
    change(max_concurrent_orders=20, max_open_pizzas=60, oven_slots=5, at=FRIDAY_NIGHT)
    change(max_concurrent_orders=20, max_open_pizzas=60, oven_slots=6, at=FRIDAY_NIGHT)

    marta.post(CAPACITY, older | {"max_concurrent_orders": "30"})
    kitchen = Kitchen.objects.get()
    assert (kitchen.max_concurrent_orders, kitchen.max_open_pizzas, kitchen.oven_slots) == (30, 60, 6)

    asked = marta.post(CAPACITY, older | {"max_open_pizzas": "50"})
    form = asked.context["capacity_form"]
    assert asked.status_code == 422
    assert form.errors["max_open_pizzas"][0].startswith("Paolo Verdi changed this to “60” (")
    assert Kitchen.objects.get().max_open_pizzas == 60

    marta.post(CAPACITY, form.data)
    assert Kitchen.objects.get().max_open_pizzas == 50


def test_the_board_does_not_refresh_itself_while_a_form_has_errors(ciro):
    """Without JavaScript the board refreshes itself, which would discard the typed values."""
    assert "http-equiv" in ciro.get(BOARD).content.decode()
    assert "http-equiv" not in ciro.post(PAUSE, {"reason": "", "minutes": "30"}).content.decode()


@pytest.mark.parametrize(("address", "tool"), [(PAUSE, "Pause"), (CAPACITY, "Capacity")])
def test_a_get_request_to_the_url_of_a_tool_redirects_to_the_board_with_that_tool_open(marta, address, tool):
    page = marta.get(address, follow=True)

    assert page.redirect_chain[0][0].startswith(BOARD)
    assert open_tools(page) == [tool]


def raise_lock_timeout():
    raise Busy("A lot is going on right now.")


def test_a_kitchen_that_is_full_or_paused_says_whether_it_still_takes_orders_for_later(ciro, kitchen):
    shop.place()
    Kitchen.objects.update(taking_orders=False, max_slot_pizzas=12)
    later = "Orders for later are still taken."
    assert later in closed(ciro)

    Kitchen.objects.update(taking_orders=True, max_concurrent_orders=1)
    assert later in closed(ciro)

    Kitchen.objects.update(max_slot_pizzas=None)
    assert "The kitchen is full" in closed(ciro)
    assert later not in closed(ciro)
