"""Menu snapshots: how they are read, how long they are cached, and what invalidates them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from menu import catalogue
from menu import selectors as menu_selectors
from menu import services as menu_services
from menu.models import Category, Pizza, SimpleItem, Size, Topping
from menu.price_schedules import PriceSchedule
from orders.selectors import quotes
from pizzeria.users.roles import MANAGER
from tests.factories import CategoryFactory, PizzaFactory, SimpleItemFactory, SizeFactory, ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def _kept_longer(monkeypatch):
    """Cache menu snapshots and the quote for longer than any test takes."""
    for module in (catalogue, quotes):
        monkeypatch.setattr(module, "CACHE_SECONDS", 3600)


def cached_anew():
    """Return the cached snapshot, or "a new one" if it would be read anew."""
    return catalogue.cached("snapshot", lambda: "a new one", shape=catalogue.SNAPSHOT_SHAPE)


def test_the_menu_page_takes_two_queries_however_many_dishes_it_has(django_assert_num_queries):
    toppings = [ToppingFactory() for _n in range(8)]
    for _n in range(20):
        PizzaFactory(recipe=toppings)
        SimpleItemFactory(category__slug="sides")

    with django_assert_num_queries(2):
        card = menu_selectors.menu_page(FRIDAY_NIGHT)

    assert sum(len(section.items) for section in card.sections) == 43


def test_a_fresh_menu_snapshot_takes_four_queries(django_assert_num_queries):
    for _n in range(20):
        PizzaFactory(recipe=[ToppingFactory()])

    with django_assert_num_queries(4):
        catalogue.fresh_snapshot()


@pytest.mark.usefixtures("_kept_longer")
def test_the_menu_page_and_a_pizza_page_take_no_query_while_their_data_is_cached(client, django_assert_num_queries):
    addresses = [reverse("menu:index"), reverse("menu:pizza", args=["pepperoni"])]
    for address in addresses:
        client.get(address)

    with django_assert_num_queries(0):
        status_codes = [client.get(address).status_code for address in addresses]

    assert status_codes == [200, 200]


# Two of the queries are for the quote: the kitchen and its queue.
@pytest.mark.parametrize(("name", "most"), [("menu:index", 2 + 2), ("menu:pizza", 4 + 2)])
def test_the_menu_page_and_a_pizza_page_take_few_queries_while_nothing_is_cached(
    client, django_assert_num_queries, name, most
):
    with django_assert_num_queries(most):
        client.get(reverse(name, args=["pepperoni"] if name == "menu:pizza" else []))


def test_a_cached_menu_snapshot_expires_after_thirty_seconds_at_most():
    catalogue.cached_snapshot()

    cache = caches["default"]
    version = cache.get(catalogue.VERSION_KEY)
    left = cache._cache.get_client(None).ttl(cache.make_key(f"menu:{version}:{catalogue.SNAPSHOT_SHAPE}:snapshot"))

    assert 0 < left <= 30


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


@pytest.mark.usefixtures("_kept_longer")
@pytest.mark.parametrize("change", WAYS_TO_CHANGE_THE_MENU.values(), ids=WAYS_TO_CHANGE_THE_MENU)
def test_every_change_of_the_menu_invalidates_the_cached_snapshot_on_commit(django_capture_on_commit_callbacks, change):
    before = catalogue.cached_snapshot()

    with django_capture_on_commit_callbacks(execute=True):
        change()
        assert catalogue.cached_snapshot() is not None
        assert catalogue.cached_snapshot() == before

    assert cached_anew() == "a new one"


def test_the_menu_page_shows_a_new_price_once_it_is_committed(django_capture_on_commit_callbacks):
    menu_selectors.menu_page(FRIDAY_NIGHT)

    with django_capture_on_commit_callbacks(execute=True):
        margherita = Pizza.objects.get(slug="margherita")
        margherita.base_price = Decimal("13.49")
        margherita.save()

    [pizzas, _drinks] = menu_selectors.menu_page(FRIDAY_NIGHT).sections
    assert pizzas.items[0].price_from == Decimal("13.49")


def test_marking_an_item_sold_out_or_available_invalidates_the_cached_snapshot(
    django_capture_on_commit_callbacks, chef
):
    olives = Topping.objects.get(slug="olives")

    def to_be_had():
        return catalogue.cached_snapshot().toppings["olives"].is_available(FRIDAY_NIGHT)

    assert to_be_had()
    with django_capture_on_commit_callbacks(execute=True):
        menu_services.mark_sold_out(item=olives, until=None, by=chef, at=FRIDAY_NIGHT)
    assert not to_be_had()

    with django_capture_on_commit_callbacks(execute=True):
        menu_services.mark_available(item=olives, by=chef, at=FRIDAY_NIGHT)
    assert to_be_had()


@pytest.mark.django_db(transaction=True)
def test_editing_a_size_in_the_admin_invalidates_the_cached_snapshot(sign_in):
    browser = sign_in(MANAGER)
    medium = Size.objects.get(slug="medium")
    catalogue.cached_snapshot()

    response = browser.post(
        reverse("admin:menu_size_change", args=[medium.pk]),
        {"slug": "medium", "name": "Medium", "factor": "1.35", "position": "1", "initial-factor": "1.30"},
    )

    assert response.status_code == 302
    assert catalogue.cached_snapshot().sizes["medium"].factor == Decimal("1.35")


@pytest.mark.usefixtures("_kept_longer")
@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_does_not_invalidate_the_cached_snapshot():
    before = catalogue.cached_snapshot()

    with transaction.atomic():
        Pizza.objects.get(slug="margherita").save()
        transaction.set_rollback(True)

    assert cached_anew() == before


def test_a_snapshot_read_while_the_menu_changes_is_not_served_from_the_cache():
    old = catalogue.fresh_snapshot()

    def read_slowly():
        catalogue.invalidate()  # as when another transaction commits a change meanwhile
        return old

    assert catalogue.cached("snapshot", read_slowly, shape=catalogue.SNAPSHOT_SHAPE) is old
    assert cached_anew() == "a new one"


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


def test_a_menu_snapshot_is_read_from_the_database_each_time_without_redis():
    with override_settings(CACHES=GONE):
        catalogue.cached_snapshot()
        Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49"))

        assert catalogue.cached_snapshot().pizzas["margherita"].base_price.current == Decimal("13.49")


def test_a_fresh_menu_snapshot_has_the_values_of_the_rows():
    margherita = catalogue.fresh_snapshot().pizzas["margherita"]

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49"), description="With love.")

    assert catalogue.fresh_snapshot().pizzas["margherita"] == replace(
        margherita, base_price=PriceSchedule(Decimal("13.49")), description="With love."
    )
