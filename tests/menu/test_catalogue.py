"""Menu snapshots and rendered pages: how they are read, how long a process keeps them, and what replaces them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import override_settings
from django.urls import reverse

from menu import catalogue
from menu import selectors as menu_selectors
from menu.models import Category, Pizza, SimpleItem, Size, Topping
from menu.price_schedules import PriceSchedule
from orders.selectors import quotes
from pizzeria.users.roles import MANAGER
from tests.factories import CategoryFactory, PizzaFactory, SimpleItemFactory, SizeFactory, ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


@pytest.fixture(autouse=True)
def _quote_kept_longer(monkeypatch):
    """Cache the quote for longer than any test takes."""
    monkeypatch.setattr(quotes, "CACHE_SECONDS", 3600)


def test_a_snapshot_takes_four_queries_and_the_sections_of_the_page_none(django_assert_num_queries):
    toppings = [ToppingFactory() for _n in range(8)]
    for _n in range(20):
        PizzaFactory(recipe=toppings)
        SimpleItemFactory(category__slug="sides")

    with django_assert_num_queries(4):
        snapshot = catalogue.fresh_snapshot()
    with django_assert_num_queries(0):
        sections = menu_selectors.menu_sections(snapshot, at=FRIDAY_NIGHT)

    assert sum(len(section.items) for section in sections) == 43


@pytest.mark.parametrize("name", ["menu:index", "menu:pizza"])
def test_the_menu_page_and_a_pizza_page_take_one_query_for_the_version_of_the_menu(
    client, django_assert_num_queries, name
):
    address = reverse(name, args=["pepperoni"] if name == "menu:pizza" else [])
    client.get(address)

    with django_assert_num_queries(1):
        assert client.get(address).status_code == 200


# The version twice, four for the menu, three for its transaction and its level, two for the quote.
@pytest.mark.parametrize("name", ["menu:index", "menu:pizza"])
def test_the_menu_page_and_a_pizza_page_take_few_queries_while_nothing_is_kept(client, django_assert_num_queries, name):
    with django_assert_num_queries(2 + 4 + 3 + 2):
        client.get(reverse(name, args=["pepperoni"] if name == "menu:pizza" else []))


WAYS_TO_CHANGE_THE_MENU = {
    "a pizza's price": lambda: Pizza.objects.get(slug="margherita").save(),
    "a new pizza": PizzaFactory,
    "a pizza deleted": lambda: Pizza.objects.get(slug="margherita").delete(),
    "pizzas deleted": lambda: Pizza.objects.all().delete(),
    "an extra": lambda: SimpleItem.objects.get(slug="cola").save(),
    "a new extra": SimpleItemFactory,
    "an extra deleted": lambda: SimpleItem.objects.get(slug="cola").delete(),
    "a topping": lambda: Topping.objects.get(slug="olives").save(),
    "a new topping": ToppingFactory,
    "a topping deleted": lambda: Topping.objects.get(slug="pepperoni").delete(),
    "a size": lambda: Size.objects.get(slug="large").save(),
    "a new size": lambda: SizeFactory(slug="family", factor=Decimal(2)),
    "a size deleted": lambda: Size.objects.get(slug="large").delete(),
    "a category": lambda: Category.objects.get(slug="pizzas").save(),
    "a new category": lambda: CategoryFactory(slug="soups"),
    "a recipe longer": lambda: Pizza.objects.get(slug="margherita").recipe.add(Topping.objects.get(slug="basil")),
    "a recipe shorter": lambda: Topping.objects.get(slug="pepperoni").in_recipes.set([]),
    "a recipe from the topping's side": lambda: Topping.objects.get(slug="basil").in_recipes.set(Pizza.objects.all()),
}


@pytest.mark.parametrize("change", WAYS_TO_CHANGE_THE_MENU.values(), ids=WAYS_TO_CHANGE_THE_MENU)
def test_every_change_of_the_menu_replaces_the_snapshot_at_once(change):
    before = catalogue.current_menu()

    change()

    after = catalogue.current_menu()
    assert after.version != before.version
    assert after.snapshot == catalogue.fresh_snapshot()


def test_editing_a_size_in_the_admin_replaces_the_snapshot(sign_in):
    browser = sign_in(MANAGER)
    medium = Size.objects.get(slug="medium")
    catalogue.current_snapshot()

    response = browser.post(
        reverse("admin:menu_size_change", args=[medium.pk]),
        {"slug": "medium", "name": "Medium", "factor": "1.35", "position": "1", "initial-factor": "1.30"},
    )

    assert response.status_code == 302
    assert catalogue.current_snapshot().sizes["medium"].factor == Decimal("1.35")


def test_a_snapshot_cannot_be_changed_by_whoever_reads_it():
    snapshot = catalogue.current_snapshot()

    with pytest.raises(TypeError):
        snapshot.pizzas["margherita"] = snapshot.pizzas["pepperoni"]


GONE = {
    "default": {
        "BACKEND": "pizzeria.operations.cache.FailOpenRedisCache",
        "LOCATION": "redis://127.0.0.1:9/0",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
}
GONE["sessions"] = GONE["default"]


def test_the_menu_page_and_a_pizza_page_work_without_redis(client):
    with override_settings(CACHES=GONE):
        card = client.get(reverse("menu:index"))
        pizza = client.get(reverse("menu:pizza", args=["margherita"]))

    assert "Margherita" in card.content.decode()
    assert "€12.99" in pizza.content.decode()


def test_a_fresh_menu_snapshot_has_the_values_of_the_rows():
    margherita = catalogue.fresh_snapshot().pizzas["margherita"]

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49"), description="With love.")

    assert catalogue.fresh_snapshot().pizzas["margherita"] == replace(
        margherita, base_price=PriceSchedule(Decimal("13.49")), description="With love."
    )
