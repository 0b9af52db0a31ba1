"""The menu in the API."""

from decimal import Decimal

import pytest
from django.urls import reverse

from menu.models import Allergen, Pizza, Topping
from menu.services import mark_sold_out
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.scopes import Scope
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_a_pizza_has_the_price_in_each_size_that_its_page_shows(caller, client):
    pizza = caller().get("/menu/pizzas/pepperoni").json()

    assert [(size["size"], size["price"]) for size in pizza["prices"]] == [
        ("small", "14.99"),
        ("medium", "19.49"),  # 14.99 x 1.30 = 19.487
        ("large", "23.98"),
    ]
    page = client.get(reverse("menu:pizza", args=["pepperoni"])).content.decode()
    assert all(size["price"] in page for size in pizza["prices"])


def test_a_pizza_is_shown_with_its_recipe_its_declaration_and_its_time_in_the_oven(caller):
    Pizza.objects.filter(slug="pepperoni").update(allergens=[Allergen.GLUTEN, Allergen.MILK])
    Topping.objects.filter(slug="pepperoni").update(spicy=True)

    pizza = caller().get("/menu/pizzas/pepperoni").json()

    assert pizza["toppings"] == [{"id": "pepperoni", "name": "Pepperoni"}]
    assert (pizza["diet_labels"], pizza["allergens"]) == (["vegetarian", "spicy"], ["gluten", "milk"])
    assert (pizza["cooking_minutes"], pizza["is_available"], pizza["available_from"]) == (9, True, None)


def test_the_menu_has_its_sizes_pizzas_toppings_and_other_items(caller):
    menu = caller().get("/menu").json()

    assert menu["currency"] == "EUR"
    assert [size["id"] for size in menu["sizes"]] == ["small", "medium", "large"]
    assert menu["pizzas"] == caller().get("/menu/pizzas").json()
    assert menu["toppings"] == caller().get("/menu/toppings").json()
    assert menu["items"] == caller().get("/menu/items").json()
    assert [(item["id"], item["price"]) for item in menu["items"]] == [("cola", "3.20")]
    assert {topping["price"] for topping in menu["toppings"]} == {"2.50"}


def test_a_pizza_is_found_by_its_ref_and_an_unknown_one_is_not_found(caller):
    pizza = caller().get("/menu/pizzas/margherita").json()

    assert caller().get(f"/menu/pizzas/{pizza['ref']}").json() == pizza
    assert_refused(caller().get("/menu/pizzas/calzone"), 404, "not_found")
    assert_refused(caller().get("/menu/pizzas/cola"), 404, "not_found")


def test_a_sold_out_pizza_stays_on_the_menu_with_the_time_from_which_it_is_available(caller):
    until = FRIDAY_NIGHT.replace(hour=21)
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=until, by=SYSTEM, at=FRIDAY_NIGHT)

    pizza = caller().get("/menu/pizzas/margherita").json()

    assert (pizza["is_available"], pizza["available_from"]) == (False, "2026-11-20T21:00:00Z")


def test_the_menu_is_not_sent_again_to_a_client_that_has_it_until_it_changes(caller):
    first = caller().get("/menu")
    known = {"If-None-Match": first.headers["ETag"]}

    again = caller().get("/menu", **known)
    assert (again.status_code, again.content) == (304, b"")

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.99"))
    assert caller().get("/menu", **known).status_code == 200


def test_the_menu_is_public_but_a_token_that_is_sent_must_be_valid_and_have_the_scope(caller):
    assert caller().get("/menu").status_code == 200
    assert caller("customer").get("/menu").status_code == 200

    assert_refused(caller("customer", scope=Scope.ORDERS_READ).get("/menu"), 403, "insufficient_scope")
    broken = caller()
    broken.token = "broken"
    assert_refused(broken.get("/menu"), 401, "invalid_token")


@pytest.mark.django_db(transaction=True)
def test_the_menu_takes_one_query_for_its_version(caller, django_assert_num_queries):
    caller().get("/menu")

    with django_assert_num_queries(1):
        caller().get("/menu")
