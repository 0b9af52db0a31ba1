"""Properties of every price, for any menu and any selection."""

from decimal import ROUND_HALF_UP, Decimal

from django.http import QueryDict
from hypothesis import assume, given
from hypothesis import strategies as st

from menu import pizza_page, prices
from menu.illustrations import Look
from menu.price_schedules import PriceSchedule
from menu.prices import MenuSnapshot, PizzaSnapshot, SizeSnapshot, ToppingSnapshot
from menu.selections import PizzaPart, PizzaSelection
from pizzeria.foundation.ids import uuid7
from tests.shop import FRIDAY_NIGHT

AMOUNTS = st.decimals(min_value=0, max_value=999, places=2)
FACTORS = st.decimals(min_value=Decimal("0.10"), max_value=9, places=2)
SLUGS = [f"topping-{n}" for n in range(14)]


@st.composite
def menus(draw):
    """Draw a menu of one pizza in one size, with fourteen toppings, at most four of them in its recipe."""
    toppings = {
        slug: ToppingSnapshot(
            slug,
            slug,
            None,
            None,
            PriceSchedule(draw(AMOUNTS)),
            "vegan",
            False,
            (),
            Look("disc", "#b5301f"),
            ref=uuid7(),
        )
        for slug in SLUGS
    }
    recipe = draw(st.lists(st.sampled_from(SLUGS), unique=True, max_size=4))
    pizza = PizzaSnapshot(
        ref=uuid7(),
        slug="house",
        name="House",
        sold_out_since=None,
        sold_out_until=None,
        category="Pizzas",
        category_slug="pizzas",
        category_position=0,
        description="",
        diet="vegetarian",
        declared_allergens=(),
        base_price=PriceSchedule(draw(AMOUNTS)),
        smallest_factor=Decimal(1),
        minutes=8,
        recipe=tuple(toppings[slug] for slug in recipe),
    )
    size = SizeSnapshot("any", "Any", draw(FACTORS))
    return MenuSnapshot(sizes={"any": size}, toppings=toppings, pizzas={"house": pizza}, simple_items={})


ADDED = st.lists(st.sampled_from(SLUGS), max_size=10)


def cost(menu, added, left_out=()):
    selection = PizzaSelection(
        size="any", parts=(PizzaPart(pizza="house", added=tuple(added), left_out=tuple(left_out)),)
    )
    return prices.price(selection, snapshot=menu, at=FRIDAY_NIGHT).unit_price


@given(menus(), ADDED)
def test_a_price_is_the_base_price_times_the_size_factor_plus_each_added_topping_once(menu, added):
    pizza = menu.pizzas["house"]
    new = set(added) - {topping.slug for topping in pizza.recipe}

    exact = pizza.base_price.current * menu.sizes["any"].factor + sum(menu.toppings[slug].price.current for slug in new)

    assert cost(menu, added) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(menus(), ADDED.flatmap(lambda added: st.tuples(st.just(added), st.permutations(added))))
def test_a_price_does_not_depend_on_the_order_of_the_added_toppings(menu, orders):
    one, other = orders

    assert cost(menu, one) == cost(menu, other)


@given(menus(), ADDED, st.lists(st.sampled_from(SLUGS)))
def test_a_price_does_not_depend_on_the_toppings_that_are_left_out(menu, added, left_out):
    assert cost(menu, added, left_out) == cost(menu, added)


@given(menus(), ADDED, st.sampled_from(SLUGS))
def test_adding_a_topping_never_lowers_the_price(menu, added, one_more):
    assume(len(added) < 10)

    assert cost(menu, [*added, one_more]) >= cost(menu, added)


@given(menus(), st.lists(st.sampled_from(SLUGS), unique=True, max_size=10), st.integers(1, 20))
def test_the_pizza_page_shows_the_computed_price_and_the_total_of_the_quantity(menu, added, quantity):
    pizza = menu.pizzas["house"]
    asked = QueryDict(mutable=True)
    asked.update({"recipe": "1", "size": "any", "quantity": str(quantity)})
    asked.setlist("add", added)
    asked.setlist("keep", [topping.slug for topping in pizza.recipe])

    form = pizza_page.form_for(pizza, data=asked, snapshot=menu, at=FRIDAY_NIGHT)
    page = pizza_page.pizza_page(form, snapshot=menu, at=FRIDAY_NIGHT)

    assert page.errors == {}
    assert page.unit_price == cost(menu, added)
    assert page.total == cost(menu, added) * quantity
