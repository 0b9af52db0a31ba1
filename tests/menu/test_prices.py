"""What things cost: the rules of the menu, on rows as the database has them."""

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
    """Twelve toppings that no recipe has."""
    return [ToppingFactory(slug=f"herb-{n}").slug for n in range(12)]


@pytest.mark.parametrize(("size", "cost"), [("small", "12.99"), ("medium", "16.89"), ("large", "20.78")])
def test_follow_the_size(size, cost):
    assert costs(pizza("margherita", size=size)) == cost


def test_follow_a_size_that_the_manager_adds():
    Size.objects.create(slug="family", name="Family", factor=Decimal("2.25"))

    assert costs(pizza("margherita", size="family")) == "29.23"


def test_grow_by_each_added_topping_whatever_the_size():
    assert costs(pizza("margherita", size="small", added=("olives",))) == "15.49"
    assert costs(pizza("margherita", size="large", added=("olives", "basil"))) == "25.78"


def test_take_a_toppings_own_price():
    Topping.objects.filter(slug="olives").update(price=Decimal("0.80"))

    assert costs(pizza("margherita", added=("olives",))) == "13.79"


def test_stay_when_something_of_the_recipe_is_left_out():
    without = price(pizza("pepperoni", left_out=("pepperoni",)))

    assert str(without.unit_price) == "14.99"
    assert [topping.slug for topping in without.parts[0].left_out] == ["pepperoni"]


def test_stay_when_something_is_left_out_that_was_never_on_it():
    without = price(pizza("margherita", left_out=("olives",)))

    assert str(without.unit_price) == "12.99"
    assert without.parts[0].left_out == ()


def test_stay_when_what_is_added_is_in_the_recipe_already():
    same = price(pizza("pepperoni", added=("pepperoni",)))

    assert str(same.unit_price) == "14.99"
    assert same.parts[0].added == ()


def test_count_a_topping_once_however_often_it_is_added():
    assert costs(pizza("margherita", added=("olives", "basil", "olives"))) == "17.99"


def test_allow_ten_added_toppings(dozen):
    assert costs(pizza("margherita", added=tuple(dozen[:MAX_ADDED]))) == "37.99"


def test_refuse_an_eleventh(dozen):
    with pytest.raises(TooManyToppings, match="At most 10 added toppings") as refused:
        price(pizza("margherita", added=tuple(dozen[:11])))

    assert refused.value.field == "add"


def test_count_neither_repetitions_nor_the_recipes_own_towards_the_ten(dozen):
    price(pizza("pepperoni", added=(*dozen[:10], *dozen[:10], "pepperoni")))


def test_are_rounded_half_up_and_only_once():
    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("9.95"))
    Size.objects.filter(slug="medium").update(factor=Decimal("1.30"))
    assert costs(pizza("margherita", size="medium")) == "12.94"  # 12.935

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("10.01"))
    Size.objects.filter(slug="medium").update(factor=Decimal("1.25"))
    assert costs(pizza("margherita", size="medium", added=("olives",))) == "15.01"  # 15.0125


def test_of_an_extra_are_its_own():
    cola = price(simple_item("cola"))

    assert str(cola.unit_price) == "3.20"
    assert (cola.kind, cola.size, cola.minutes) == ("simple_item", None, 0)


def test_come_with_what_the_kitchen_has_to_know():
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
def test_are_not_given_for_what_we_do_not_have(selection, field):
    with pytest.raises(NotOnTheMenu) as refused:
        price(selection)

    assert refused.value.field == field


def test_are_not_given_for_halves_yet():
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


@pytest.mark.parametrize(("kind", "slug", "selection", "field", "sentence"), SOLD_OUT, ids=WHAT)
def test_are_not_given_for_what_is_sold_out(kind, slug, selection, field, sentence):
    kind.objects.filter(slug=slug).update(sold_out_since=FRIDAY_NIGHT)

    with pytest.raises(SoldOut) as refused:
        price(selection)

    assert (refused.value.sentence, refused.value.field) == (sentence, field)


@pytest.mark.parametrize(("kind", "slug", "selection", "field", "sentence"), SOLD_OUT, ids=WHAT)
def test_are_given_again_from_the_moment_it_is_back(kind, slug, selection, field, sentence):
    back_at = FRIDAY_NIGHT + HOUR
    kind.objects.filter(slug=slug).update(sold_out_since=FRIDAY_NIGHT, sold_out_until=back_at)

    with pytest.raises(SoldOut):
        price(selection, at=back_at - timedelta(microseconds=1))
    price(selection, at=back_at)


def test_are_given_when_what_is_sold_out_is_left_out():
    Topping.objects.filter(slug="pepperoni").update(sold_out_since=FRIDAY_NIGHT)

    assert costs(pizza("pepperoni", left_out=("pepperoni",))) == "14.99"


def test_name_everything_that_is_sold_out():
    Topping.objects.filter(slug__in=["olives", "basil"]).update(sold_out_since=FRIDAY_NIGHT)

    with pytest.raises(SoldOut, match="out of olives and basil right now"):
        price(pizza("margherita", added=("olives", "mushrooms", "basil")))
