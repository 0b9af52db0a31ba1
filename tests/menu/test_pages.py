"""The pages of the menu, as the browser of a guest gets them."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from menu.models import Pizza, SimpleItem, Topping
from pizzeria.devtools.state_dir import ROOT
from pizzeria.foundation import clock
from tests import shop
from tests.factories import ToppingFactory

pytestmark = pytest.mark.usefixtures("kitchen")

MENU = reverse("menu:index")


def page_of(slug):
    return reverse("menu:pizza", args=[slug])


def choose(client, slug="margherita", *, part=False, **chosen):
    """Request a pizza's page for a selection, as its form does without JavaScript; with `part`, as htmx does."""
    asked = {"recipe": "1", "size": "small", "quantity": "1", **chosen}
    return client.get(page_of(slug), asked, headers={"HX-Request": "true"} if part else {})


def total_on(response):
    """Return the total that a page shows; None if it shows none."""
    found = re.search(r'add-bar-total">.*?€([\d.]+)', response.content.decode())
    return found and found[1]


def sentences_on(response):
    """Return the errors listed on a page, by the id of the element that each links to ("" for none)."""
    html = response.content.decode()
    listed = re.search(r'<ul class="errorlist".*?</ul>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", listed[0], re.DOTALL) if listed else []
    linked = [re.fullmatch(r'(?:<a href="#([\w-]+)">)?(.*?)(?:</a>)?', item.strip(), re.DOTALL) for item in items]
    return {match[1] or "": match[2] for match in linked}


def checked_on(response):
    """Return the checked inputs of a page as (name, value)."""
    html = response.content.decode()
    boxes = re.findall(r"<input\b[^>]*>", html)
    return {
        (re.search(r'name="(\w+)"', box)[1], re.search(r'value="([\w-]+)"', box)[1])
        for box in boxes
        if re.search(r"\schecked\b", box)
    }


def test_the_menu_page_shows_every_dish_with_its_price(client):
    html = client.get(MENU).content.decode()

    for words in ("Margherita", "€12.99", "Pepperoni", "€14.99", "Cola", "€3.20"):
        assert words in html


@pytest.mark.usefixtures("tonight")
def test_the_menu_page_shows_when_a_sold_out_item_is_back(client):
    SimpleItem.objects.update(sold_out_since=clock.now(), sold_out_until=clock.now() + timedelta(hours=1))

    html = client.get(MENU).content.decode()

    assert html.count("Sold out") == 1
    assert re.search(r"<time datetime=.*?>until \d\d:\d\d</time>", html)
    assert 'value="cola"' not in html


def test_the_menu_page_of_an_empty_menu_shows_a_message(client):
    Pizza.objects.all().delete()
    SimpleItem.objects.all().delete()

    assert "The menu is being written" in client.get(MENU).content.decode()


def test_a_pizza_page_begins_with_the_small_size_and_the_whole_recipe(client):
    response = client.get(page_of("pepperoni"))

    assert total_on(response) == "14.99"
    assert checked_on(response) == {("size", "small"), ("keep", "pepperoni")}


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
def test_a_pizza_page_shows_the_total_of_the_selection(client, chosen, total):
    assert total_on(choose(client, **chosen)) == total


def test_a_pizza_page_shows_the_total_that_an_order_is_charged(client):
    shown = choose(client, "pepperoni", size="medium", add=["olives"], quantity="3")

    order = shop.place(shop.basket_of(shop.pizza("pepperoni", size="medium", added=("olives",)), quantity=3))

    assert total_on(shown) == str(order.total)


def test_a_pizza_page_keeps_the_form_as_it_was_submitted(client):
    response = choose(client, "pepperoni", size="large", add=["olives"], quantity="x")

    assert checked_on(response) == {("size", "large"), ("add", "olives")}
    assert 'value="x"' in response.content.decode()


@pytest.mark.parametrize("quantity", ["0", "-1", "21", "10000", "x", "", "1.5", "9" * 400])
def test_an_invalid_quantity_on_a_pizza_page_shows_an_error_and_no_total(client, quantity):
    response = choose(client, quantity=quantity)

    assert response.status_code == 200
    assert sentences_on(response) == {"choose-quantity": "Between 1 and 20, please."}
    assert total_on(response) is None


def test_an_eleventh_added_topping_on_a_pizza_page_shows_an_error(client):
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
def test_a_missing_or_unknown_size_or_an_unknown_topping_on_a_pizza_page_shows_an_error(client, chosen, sentences):
    assert sentences_on(choose(client, **chosen)) == sentences


def test_malformed_query_parameters_return_the_pizza_page_without_a_total(client):
    response = client.get(page_of("margherita"), {"recipe": "\x00", "size": "'; --", "keep": "\x00", "quantity": "½"})

    assert response.status_code == 200
    assert total_on(response) is None


def test_the_page_of_a_sold_out_pizza_has_a_disabled_order_button(client):
    Pizza.objects.update(sold_out_since=clock.now())

    html = client.get(page_of("margherita")).content.decode()

    assert "Margherita is sold out." in html
    assert re.search(r'class="button add-bar-submit" disabled>Sold out', html)


def test_a_pizza_page_opens_with_sold_out_toppings_of_the_recipe_unticked(client):
    Topping.objects.update(sold_out_since=clock.now())

    response = client.get(page_of("pepperoni"))

    assert total_on(response) == "14.99"
    assert checked_on(response) == {("size", "small")}


def test_the_page_of_an_unknown_pizza_returns_404(client):
    assert client.get(page_of("calzone")).status_code == 404


def test_the_url_of_a_simple_item_redirects_to_the_menu_page(client):
    response = client.get(page_of("cola"))

    assert (response.status_code, response["Location"]) == (302, MENU)


def test_an_htmx_request_to_a_pizza_page_gets_only_the_price_partial(client):
    part = choose(client, part=True, size="large")

    assert total_on(part) == "20.78"
    assert "<html" not in part.content.decode()
    assert "<form" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_an_illustration_with_its_current_version_in_the_url_is_cached_for_ever(client):
    [address] = set(re.findall(r"/menu/illustrations/pepperoni\.[0-9a-f]{12}\.svg", client.get(MENU).content.decode()))

    illustration = client.get(address)

    assert illustration["Content-Type"] == "image/svg+xml"
    assert illustration.content.startswith(b"<svg")
    assert set(illustration["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    assert "Set-Cookie" not in illustration


@pytest.mark.parametrize(
    "address",
    [
        reverse("menu:current_illustration", args=["pepperoni"]),
        reverse("menu:current_illustration", args=["pepperoni"]) + "?v=of-an-earlier-release",
        reverse("menu:illustration", args=["pepperoni", "0123456789ab"]),
    ],
)
def test_an_illustration_without_its_current_version_in_the_url_is_cached_for_thirty_seconds(client, address):
    illustration = client.get(address)

    assert illustration.content.startswith(b"<svg")
    assert set(illustration["Cache-Control"].split(", ")) == {"public", "max-age=30"}


def test_the_illustration_of_an_unknown_dish_returns_404(client):
    assert client.get(reverse("menu:current_illustration", args=["calzone"])).status_code == 404
    assert client.get(reverse("menu:illustration", args=["calzone", "0123456789ab"])).status_code == 404


@pytest.mark.parametrize("address", [MENU, reverse("menu:current_illustration", args=["margherita"])])
def test_the_menu_page_and_illustrations_refuse_post_requests(client, address):
    assert client.post(address).status_code == 405


def test_updating_the_price_without_a_script_puts_only_the_selection_into_the_address():
    client = Client(enforce_csrf_checks=True)
    html = client.get(page_of("pepperoni")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
    selected = {"recipe": ["1"], "size": ["large"], "add": ["olives", "basil"], "quantity": ["2"]}

    response = client.post(
        page_of("pepperoni"), {**selected, "csrfmiddlewaretoken": token, "key": "k", "item": "pepperoni"}
    )

    assert parse_qs(urlsplit(response.url).query) == selected
    assert total_on(client.get(response.url)) == "57.96"


def test_no_form_of_the_pages_sends_its_token_by_get():
    for template in (ROOT / "templates").rglob("*.html"):
        html = template.read_text()
        assert "formmethod" not in html
        for form in re.findall(r"<form\b[^>]*>.*?</form>", html, re.DOTALL):
            assert 'method="post"' in form or "csrf_token" not in form, template


@pytest.mark.parametrize("address", ["/", MENU, page_of("margherita"), "/basket/", "/orders/", "/nowhere/"])
def test_no_page_is_kept_by_a_cache_that_the_back_button_would_show(client, address):
    assert "no-store" in client.get(address)["Cache-Control"]


# --- What is in a pizza, as it is chosen ---


def declared_on(response):
    """Return the diet labels and the sentence about allergens, as the header of a pizza's page shows them."""
    html = response.content.decode()
    begins = 'hx-swap-oob="innerHTML:#declaration"' if "hx-swap-oob" in html else 'id="declaration"'
    part = html.partition(begins)[2].partition("</div>")[0]
    labels = re.findall(r"diet-label-(\w+)", part)
    return labels, re.findall(r'<p class="allergens">(.*?)</p>', part)


@pytest.fixture
def ham():
    return ToppingFactory(slug="ham", diet="meat", allergens=["celery"])


@pytest.mark.parametrize("part", [False, True], ids=["without a script", "with htmx"])
def test_the_diet_and_the_allergens_follow_the_toppings_that_are_chosen(client, ham, part):
    Pizza.objects.filter(slug="margherita").update(allergens=["milk", "gluten"])
    as_it_is = choose(client, part=part)
    with_ham = choose(client, part=part, add=["ham"])

    assert declared_on(as_it_is) == (["vegetarian"], ["Contains gluten, milk"])
    assert declared_on(with_ham) == ([], ["Contains gluten, milk, celery"])


def test_the_diet_and_the_allergens_follow_the_toppings_that_are_left_out(client, ham):
    Pizza.objects.get(slug="pepperoni").recipe.set([ham])

    assert declared_on(choose(client, "pepperoni", keep=["ham"])) == ([], ["Contains celery"])
    assert declared_on(choose(client, "pepperoni")) == (["vegetarian"], ["None of the 14 allergens"])


def test_a_pizza_that_cannot_be_ordered_as_selected_still_says_what_it_would_contain(client, ham):
    assert declared_on(choose(client, add=["ham"], quantity="")) == ([], ["Contains celery"])


def test_a_dish_whose_allergens_nobody_has_declared_says_to_ask(client):
    Pizza.objects.filter(slug="margherita").update(allergens_declared=False)
    ToppingFactory(slug="cheese", allergens=["milk"])

    assert declared_on(choose(client))[1] == ["Ask us about allergens"]
    assert declared_on(choose(client, add=["cheese"]))[1] == ["Contains milk. Ask us about the rest"]
    assert client.get(MENU).content.decode().count("Ask us about allergens") == 1


def test_an_item_that_is_sold_out_for_today_says_so_and_names_no_hour_at_night(client):
    at = clock.now()
    SimpleItem.objects.update(sold_out_since=at, sold_out_until=clock.end_of_business_day(at))

    html = client.get(MENU).content.decode()
    assert ">for today</time>" in html
    assert ">04:00<" not in html
    assert "at 04:00" not in html
