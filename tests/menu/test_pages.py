"""The menu's pages, as a guest's browser gets them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from menu.models import Pizza, SimpleItem, Topping
from pizzeria.foundation import clock
from tests import shop
from tests.factories import ToppingFactory

pytestmark = pytest.mark.usefixtures("kitchen")

CARD = reverse("menu:index")


def page_of(slug):
    return reverse("menu:pizza", args=[slug])


def choose(client, slug="margherita", *, part=False, **chosen):
    """Ask a pizza's page what something costs, as its form does without a script."""
    asked = {"recipe": "1", "size": "small", "quantity": "1", **chosen}
    return client.get(page_of(slug), asked, headers={"HX-Request": "true"} if part else {})


def total_on(answer):
    """Read the total off a page."""
    found = re.search(r'till-total">.*?€([\d.]+)', answer.content.decode())
    return found and found[1]


def sentences_on(answer):
    """Read what a page says is wrong, by the id of what it is about ("" for none)."""
    html = answer.content.decode()
    listed = re.search(r'<ul class="errorlist".*?</ul>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", listed[0], re.DOTALL) if listed else []
    linked = [re.fullmatch(r'(?:<a href="#([\w-]+)">)?(.*?)(?:</a>)?', item.strip(), re.DOTALL) for item in items]
    return {match[1] or "": match[2] for match in linked}


def checked_on(answer):
    """Read what is chosen on a page."""
    html = answer.content.decode()
    boxes = re.findall(r"<input\b[^>]*>", html)
    return {
        (re.search(r'name="(\w+)"', box)[1], re.search(r'value="([\w-]+)"', box)[1])
        for box in boxes
        if re.search(r"\schecked\b", box)
    }


def test_show_every_dish_with_its_price(client):
    html = client.get(CARD).content.decode()

    for words in ("Margherita", "€12.99", "Pepperoni", "€14.99", "Cola", "€3.20"):
        assert words in html


def test_show_when_something_sold_out_is_back(client):
    SimpleItem.objects.update(sold_out_since=clock.now(), sold_out_until=clock.now() + timedelta(hours=1))

    html = client.get(CARD).content.decode()

    assert html.count("Sold out") == 1
    assert "<span>Back <time datetime=" in html
    assert 'value="cola"' not in html


def test_show_an_empty_menu_kindly(client):
    Pizza.objects.all().delete()
    SimpleItem.objects.all().delete()

    assert "The menu is being written" in client.get(CARD).content.decode()


def test_show_a_pizza_as_we_like_it(client):
    answer = client.get(page_of("pepperoni"))

    assert total_on(answer) == "14.99"
    assert checked_on(answer) == {("size", "small"), ("keep", "pepperoni")}


@pytest.mark.parametrize(
    ("chosen", "total"),
    [
        ({"size": "medium"}, "16.89"),
        ({"size": "large"}, "20.78"),
        ({"add": ["olives"]}, "15.49"),
        ({"size": "large", "add": ["olives", "basil"]}, "25.78"),
        ({"size": "large", "add": ["olives", "basil"], "quantity": "20"}, "515.60"),
    ],
)
def test_tell_the_price_of_what_is_chosen(client, chosen, total):
    assert total_on(choose(client, **chosen)) == total


def test_tell_the_price_that_is_charged(client):
    shown = choose(client, "pepperoni", size="medium", add=["olives"], quantity="3")

    order = shop.place(shop.basket_of(shop.pizza("pepperoni", size="medium", added=("olives",)), quantity=3))

    assert total_on(shown) == str(order.total)


def test_keep_the_form_as_it_was_typed(client):
    answer = choose(client, "pepperoni", size="large", add=["olives"], quantity="x")

    assert checked_on(answer) == {("size", "large"), ("add", "olives")}
    assert 'value="x"' in answer.content.decode()


@pytest.mark.parametrize("quantity", ["0", "-1", "21", "10000", "x", "", "1.5", "9" * 400])
def test_answer_a_quantity_that_cannot_be_with_a_sentence(client, quantity):
    answer = choose(client, quantity=quantity)

    assert answer.status_code == 200
    assert sentences_on(answer) == {"choose-quantity": "Between 1 and 20, please."}
    assert total_on(answer) is None


def test_answer_an_eleventh_topping_with_a_sentence(client):
    toppings = [ToppingFactory(slug=f"herb-{n}").slug for n in range(11)]

    eleven, ten = choose(client, add=toppings), choose(client, add=toppings[:10])

    assert sentences_on(eleven) == {"choose-add": "At most 10 added toppings, please."}
    assert total_on(ten) == "37.99"


@pytest.mark.parametrize(
    ("chosen", "sentences"),
    [
        ({"size": "enormous"}, {"choose-size": "Please choose one of our sizes."}),
        ({"size": ""}, {"choose-size": "Please fill this in."}),
        ({"add": ["gold"]}, {"choose-add": "One of the added toppings is no longer on our menu."}),
    ],
    ids=["unknown size", "no size", "unknown topping"],
)
def test_answer_what_we_do_not_have_with_a_sentence(client, chosen, sentences):
    assert sentences_on(choose(client, **chosen)) == sentences


def test_answer_nonsense_with_a_page(client):
    answer = client.get(page_of("margherita"), {"recipe": "\x00", "size": "'; --", "keep": "\x00", "quantity": "½"})

    assert answer.status_code == 200
    assert total_on(answer) is None


def test_say_that_a_pizza_is_sold_out_and_take_no_order_for_it(client):
    Pizza.objects.update(sold_out_since=clock.now())

    html = client.get(page_of("margherita")).content.decode()

    assert "Margherita is sold out." in html
    assert re.search(r'class="button till-main" disabled>Sold out', html)


def test_leave_out_what_has_run_out_when_a_page_is_opened(client):
    Topping.objects.update(sold_out_since=clock.now())

    answer = client.get(page_of("pepperoni"))

    assert total_on(answer) == "14.99"
    assert checked_on(answer) == {("size", "small")}


def test_do_not_have_a_pizza_nobody_knows(client):
    assert client.get(page_of("calzone")).status_code == 404


def test_lead_from_an_extras_address_to_the_card(client):
    answer = client.get(page_of("cola"))

    assert (answer.status_code, answer["Location"]) == (302, CARD)


def test_give_htmx_the_price_and_nothing_else(client):
    part = choose(client, part=True, size="large")

    assert total_on(part) == "20.78"
    assert "<html" not in part.content.decode()
    assert "<form" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_give_a_picture_that_can_be_kept_for_ever(client):
    [address] = set(re.findall(r"/menu/pepperoni/picture\.svg\?v=\w+", client.get(CARD).content.decode()))

    illustration = client.get(address)

    assert illustration["Content-Type"] == "image/svg+xml"
    assert illustration.content.startswith(b"<svg")
    assert set(illustration["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    assert "Set-Cookie" not in illustration


@pytest.mark.parametrize("look", ["", "?v=another"])
def test_give_a_picture_under_an_address_of_no_look_for_half_a_minute(client, look):
    illustration = client.get(reverse("menu:illustration", args=["pepperoni"]) + look)

    assert set(illustration["Cache-Control"].split(", ")) == {"public", "max-age=30"}


def test_have_no_picture_of_what_nobody_knows(client):
    assert client.get(reverse("menu:illustration", args=["calzone"])).status_code == 404


@pytest.mark.parametrize("address", [CARD, page_of("margherita"), reverse("menu:illustration", args=["margherita"])])
def test_are_there_to_be_read_only(client, address):
    assert client.post(address).status_code == 405
