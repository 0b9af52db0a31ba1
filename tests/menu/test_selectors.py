"""The read models of the menu's pages."""

from datetime import timedelta
from decimal import Decimal

import pytest

from menu import catalogue
from menu import selectors as menu_selectors
from menu.models import Category, Pizza, Size, Topping
from tests.factories import CategoryFactory, PizzaFactory, SimpleItemFactory, SizeFactory, ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db


def item(slug):
    """Return a dish as the menu page shows it."""
    return next(
        item
        for section in menu_selectors.menu_sections(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT)
        for item in section.items
        if item.slug == slug
    )


def diet_codes(slug):
    return [label.code for label in item(slug).declaration.diet_labels]


@pytest.fixture
def ham():
    return ToppingFactory(slug="ham", diet="meat")


@pytest.fixture
def cheese():
    return ToppingFactory(slug="cheese", diet="vegetarian", allergens=["milk"])


@pytest.fixture
def chili():
    return ToppingFactory(slug="chili", diet="vegan", spicy=True)


def test_a_pizza_is_marked_vegan_when_all_of_it_is_vegan(chili):
    PizzaFactory(slug="marinara", diet="vegan", recipe=[ToppingFactory(diet="vegan")])

    assert diet_codes("marinara") == ["vegan"]


def test_a_pizza_is_marked_vegetarian_when_none_of_it_is_meat(cheese):
    PizzaFactory(slug="quattro", diet="vegan", recipe=[cheese])

    assert diet_codes("quattro") == ["vegetarian"]


def test_a_vegetarian_pizza_with_vegan_toppings_is_marked_vegetarian(chili):
    PizzaFactory(slug="orto", diet="vegetarian", recipe=[ToppingFactory(diet="vegan")])

    assert diet_codes("orto") == ["vegetarian"]


def test_a_pizza_with_meat_is_marked_neither_vegan_nor_vegetarian(cheese, ham):
    PizzaFactory(slug="prosciutto", diet="vegetarian", recipe=[cheese, ham])

    assert diet_codes("prosciutto") == []


def test_a_pizza_is_marked_spicy_when_any_of_its_toppings_is_spicy(chili, ham):
    PizzaFactory(slug="diavola", diet="vegetarian", recipe=[ham, chili])

    assert diet_codes("diavola") == ["spicy"]


def test_a_simple_item_is_marked_by_its_own_diet():
    SimpleItemFactory(slug="cola", diet="vegan")

    assert diet_codes("cola") == ["vegan"]


def test_allergens_of_a_pizza_and_its_toppings_are_listed_once_in_the_legal_order(cheese):
    mustard = ToppingFactory(slug="mustard", allergens=["mustard", "milk"])
    PizzaFactory(slug="quattro", allergens=["milk", "gluten"], recipe=[mustard, cheese])

    assert item("quattro").declaration.allergens == ("gluten", "milk", "mustard")


def test_the_toppings_of_a_pizza_are_listed_by_position():
    last, first = ToppingFactory(name="Basil", position=9), ToppingFactory(name="Olives", position=1)
    PizzaFactory(slug="orto", recipe=[last, first])

    assert item("orto").toppings == ("Olives", "Basil")


def test_categories_are_listed_by_position():
    drinks = CategoryFactory(slug="drinks", position=1)
    pizzas = CategoryFactory(slug="pizzas", position=2)
    desserts = CategoryFactory(slug="desserts", position=3)
    SimpleItemFactory(category=desserts)
    PizzaFactory(category=pizzas)
    SimpleItemFactory(category=drinks)

    assert [section.slug for section in menu_selectors.menu_sections(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT)] == [
        "drinks",
        "pizzas",
        "desserts",
    ]


def test_the_dishes_of_a_category_are_listed_by_position_and_name():
    PizzaFactory(slug="last", position=3)
    PizzaFactory(slug="b", name="B", position=1)
    PizzaFactory(slug="a", name="A", position=1)

    [pizzas] = menu_selectors.menu_sections(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT)

    assert [item.slug for item in pizzas.items] == ["a", "b", "last"]


def test_pizzas_and_simple_items_of_one_category_share_one_section():
    specials = CategoryFactory(slug="specials")
    PizzaFactory(slug="tartufo", category=specials)
    SimpleItemFactory(slug="truffle", category=specials)

    [section] = menu_selectors.menu_sections(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT)

    assert [item.slug for item in section.items] == ["tartufo", "truffle"]


def test_a_category_without_dishes_has_no_section():
    CategoryFactory(slug="soups")

    assert menu_selectors.menu_sections(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT) == ()


def test_the_menu_page_shows_which_dishes_are_sold_out_and_when_they_are_back():
    in_an_hour = FRIDAY_NIGHT + timedelta(hours=1)
    PizzaFactory(slug="orto", sold_out_since=FRIDAY_NIGHT, sold_out_until=in_an_hour)
    PizzaFactory(slug="tartufo", sold_out_since=FRIDAY_NIGHT)
    PizzaFactory(slug="margherita", sold_out_since=FRIDAY_NIGHT, sold_out_until=FRIDAY_NIGHT)

    assert [(item(slug).sold_out, item(slug).available_from) for slug in ("orto", "tartufo", "margherita")] == [
        (True, in_an_hour),
        (True, None),
        (False, None),
    ]


def test_the_lowest_price_of_a_pizza_is_that_of_the_smallest_size():
    SizeFactory(slug="child", factor=Decimal("0.55"), position=9)
    SizeFactory(slug="small", factor=Decimal(1), position=1)
    PizzaFactory(slug="margherita", base_price=Decimal("12.99"))

    assert item("margherita").price_from == Decimal("7.14")


def test_the_lowest_price_of_a_pizza_is_its_base_price_while_there_are_no_sizes():
    PizzaFactory(slug="margherita", base_price=Decimal("12.99"))

    assert not Size.objects.exists()
    assert item("margherita").price_from == Decimal("12.99")


def test_the_available_pizzas_are_in_the_order_of_the_menu():
    SimpleItemFactory()
    for slug in ("one", "two", "three"):
        PizzaFactory(slug=slug)
    Pizza.objects.filter(slug="two").update(sold_out_since=FRIDAY_NIGHT)

    available = menu_selectors.available_pizzas(catalogue.fresh_snapshot(), at=FRIDAY_NIGHT)
    assert [pizza.slug for pizza in available] == ["one", "three"]


def test_a_dish_is_declared_completely_only_if_everything_in_it_is(cheese):
    PizzaFactory(slug="quattro", recipe=[cheese])
    assert item("quattro").declaration.is_complete

    Topping.objects.update(allergens_declared=False)
    assert not item("quattro").declaration.is_complete
    assert item("quattro").declaration.allergens == ()


def test_an_illustration_that_looks_different_has_another_url(ham):
    pizza = PizzaFactory(slug="margherita")
    before = item("margherita").illustration

    pizza.recipe.add(ham)

    assert item("margherita").illustration != before
    assert item("margherita").illustration.startswith("/menu/illustrations/margherita.")


def test_an_illustration_that_looks_the_same_keeps_its_url():
    PizzaFactory(slug="margherita", base_price=Decimal("12.99"))
    before = item("margherita").illustration

    Pizza.objects.update(base_price=Decimal("13.99"))
    Category.objects.update(position=7)

    assert item("margherita").price_from == Decimal("13.99")
    assert item("margherita").illustration == before


def test_a_sold_out_topping_cannot_be_chosen():
    ToppingFactory(slug="olives", sold_out_since=FRIDAY_NIGHT)
    toppings = catalogue.fresh_snapshot().toppings.values()

    [olives] = menu_selectors.topping_options(toppings, chosen=["olives"], at=FRIDAY_NIGHT)

    assert (olives.available, olives.chosen) == (False, False)
