"""Prices: the rules of the menu, applied to rows of the database."""

from datetime import timedelta
from decimal import Decimal

import pytest

from menu import catalogue, prices
from menu.models import Pizza, SimpleItem, Size, Topping
from menu.prices import NotOnTheMenu, SoldOut, TooManyToppings
from menu.selections import MAX_ADDED, SELECTION_ADAPTER
from tests.factories import ToppingFactory
from tests.shop import FRIDAY_NIGHT, pizza, simple_item

pytestmark = pytest.mark.usefixtures("kitchen")

HOUR = timedelta(hours=1)


def price(selection, *, at=FRIDAY_NIGHT):
    return prices.price(selection, snapshot=catalogue.fresh_snapshot(), at=at)


def costs(selection):
    return str(price(selection).unit_price)


@pytest.fixture
def dozen():
    """Return the slugs of twelve toppings that are in no recipe."""
    return [ToppingFactory(slug=f"herb-{n}").slug for n in range(12)]


@pytest.mark.parametrize(("size", "cost"), [("small", "12.99"), ("medium", "16.89"), ("large", "20.78")])
def test_the_price_of_a_pizza_depends_on_its_size(size, cost):
    assert costs(pizza("margherita", size=size)) == cost


def test_a_size_that_a_manager_adds_is_priced_by_its_factor():
    Size.objects.create(slug="family", name="Family", factor=Decimal("2.25"))

    assert costs(pizza("margherita", size="family")) == "29.23"


def test_an_added_topping_costs_the_same_in_every_size():
    assert costs(pizza("margherita", size="small", added=("olives",))) == "15.49"
    assert costs(pizza("margherita", size="large", added=("olives", "basil"))) == "25.78"


def test_an_added_topping_costs_its_own_price():
    Topping.objects.filter(slug="olives").update(price=Decimal("0.80"))

    assert costs(pizza("margherita", added=("olives",))) == "13.79"


def test_leaving_out_a_topping_of_the_recipe_does_not_change_the_price():
    without = price(pizza("pepperoni", left_out=("pepperoni",)))

    assert str(without.unit_price) == "14.99"
    assert [topping.slug for topping in without.parts[0].left_out] == ["pepperoni"]


def test_leaving_out_a_topping_that_is_not_in_the_recipe_is_ignored():
    without = price(pizza("margherita", left_out=("olives",)))

    assert str(without.unit_price) == "12.99"
    assert without.parts[0].left_out == ()


def test_adding_a_topping_that_is_in_the_recipe_already_is_ignored():
    same = price(pizza("pepperoni", added=("pepperoni",)))

    assert str(same.unit_price) == "14.99"
    assert same.parts[0].added == ()


def test_a_topping_that_is_added_several_times_is_charged_once():
    assert costs(pizza("margherita", added=("olives", "basil", "olives"))) == "17.99"


def test_ten_added_toppings_are_allowed(dozen):
    assert costs(pizza("margherita", added=tuple(dozen[:MAX_ADDED]))) == "37.99"


def test_an_eleventh_added_topping_is_refused(dozen):
    with pytest.raises(TooManyToppings, match="At most 10 added toppings") as refused:
        price(pizza("margherita", added=tuple(dozen[:11])))

    assert refused.value.field == "add"


def test_repeated_toppings_and_toppings_of_the_recipe_do_not_count_towards_the_ten_added_toppings(dozen):
    price(pizza("pepperoni", added=(*dozen[:10], *dozen[:10], "pepperoni")))


def test_prices_are_rounded_half_up_and_only_once():
    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("9.95"))
    Size.objects.filter(slug="medium").update(factor=Decimal("1.30"))
    assert costs(pizza("margherita", size="medium")) == "12.94"  # 12.935

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("10.01"))
    Size.objects.filter(slug="medium").update(factor=Decimal("1.25"))
    assert costs(pizza("margherita", size="medium", added=("olives",))) == "15.01"  # 15.0125


def test_a_simple_item_has_its_own_price_and_neither_size_nor_minutes():
    cola = price(simple_item("cola"))

    assert str(cola.unit_price) == "3.20"
    assert (cola.kind, cola.size, cola.minutes) == ("simple_item", None, 0)


def test_a_priced_pizza_has_the_name_size_minutes_and_toppings_that_the_kitchen_needs():
    large = price(pizza("pepperoni", size="large", added=("basil",)))

    assert (large.name, large.size.name, large.minutes) == ("Pepperoni", "Large", 9)
    assert [topping.name for topping in large.parts[0].added] == ["Basil"]


@pytest.mark.parametrize(
    ("selection", "field"),
    [
        (pizza("calzone"), "item"),
        (simple_item("grappa"), "item"),
        (pizza("cola"), "item"),
        (simple_item("margherita"), "item"),
        (pizza("margherita", size="enormous"), "size"),
        (pizza("margherita", added=("gold",)), "add"),
    ],
    ids=["pizza", "simple_item", "an extra as a pizza", "a pizza as an extra", "size", "topping"],
)
def test_pricing_an_unknown_item_size_or_topping_is_refused(selection, field):
    with pytest.raises(NotOnTheMenu) as refused:
        price(selection)

    assert refused.value.field == field


def test_pricing_a_pizza_of_two_halves_is_refused():
    halves = SELECTION_ADAPTER.validate_python(
        {"kind": "pizza", "size": "small", "parts": [{"pizza": "margherita"}, {"pizza": "pepperoni"}]}
    )

    with pytest.raises(NotOnTheMenu, match="whole pizzas only"):
        price(halves)


SOLD_OUT = [
    (Pizza, "margherita", pizza("margherita"), "item", "Margherita is sold out."),
    (SimpleItem, "cola", simple_item("cola"), "item", "Cola is sold out."),
    (
        Topping,
        "olives",
        pizza("margherita", added=("olives",)),
        "add",
        "We are out of olives right now. Please choose something else.",
    ),
    (
        Topping,
        "pepperoni",
        pizza("pepperoni"),
        "keep",
        "We are out of pepperoni right now. Please leave it out.",
    ),
]
WHAT = ["pizza", "simple_item", "added topping", "topping of the recipe"]


@pytest.mark.parametrize(("kind", "slug", "selection", "field", "message"), SOLD_OUT, ids=WHAT)
def test_pricing_a_sold_out_item_or_topping_is_refused(kind, slug, selection, field, message):
    kind.objects.filter(slug=slug).update(sold_out_since=FRIDAY_NIGHT)

    with pytest.raises(SoldOut) as refused:
        price(selection)

    assert (refused.value.message, refused.value.field) == (message, field)


@pytest.mark.parametrize(("kind", "slug", "selection", "field", "message"), SOLD_OUT, ids=WHAT)
def test_pricing_a_sold_out_item_or_topping_is_possible_from_the_moment_it_is_available_again(
    kind, slug, selection, field, message
):
    available_from = FRIDAY_NIGHT + HOUR
    kind.objects.filter(slug=slug).update(sold_out_since=FRIDAY_NIGHT, sold_out_until=available_from)

    with pytest.raises(SoldOut):
        price(selection, at=available_from - timedelta(microseconds=1))
    price(selection, at=available_from)


def test_a_pizza_can_be_priced_when_its_sold_out_topping_is_left_out():
    Topping.objects.filter(slug="pepperoni").update(sold_out_since=FRIDAY_NIGHT)

    assert costs(pizza("pepperoni", left_out=("pepperoni",))) == "14.99"


def test_the_refusal_to_price_a_pizza_names_every_sold_out_topping():
    Topping.objects.filter(slug__in=["olives", "basil"]).update(sold_out_since=FRIDAY_NIGHT)

    with pytest.raises(SoldOut, match="out of olives and basil right now"):
        price(pizza("margherita", added=("olives", "mushrooms", "basil")))
