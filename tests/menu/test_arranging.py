"""The order of items and categories, as managers choose it on the page that arranges them."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from menu import services as menu_services
from menu.exceptions import ItemNotOnTheMenu
from menu.models import Category, Pizza, SimpleItem, Topping
from pizzeria.foundation.refusals import NotAllowed
from tests.factories import PizzaFactory, SimpleItemFactory
from tests.menu.admin_forms import events_of
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def arrange_page(kind="pizza"):
    return reverse(f"admin:menu_{kind}_arrange")


def names(rows):
    return [row.name for row in rows]


@pytest.fixture
def five_pizzas():
    for letter in "ABC":
        PizzaFactory(slug=letter.lower(), name=letter, position=0)
    return Pizza.objects.order_by("position", "name")


def test_a_pizza_moves_to_the_place_that_is_typed_and_the_others_make_room(marta, five_pizzas, pepperoni):
    assert names(five_pizzas.all())[:3] == ["A", "B", "C"]

    response = marta.post(arrange_page(), {"item": pepperoni.pk, "place": "2"})

    assert response["Location"] == f"{arrange_page()}#row-{pepperoni.pk}"
    rows = five_pizzas.all()
    assert (names(rows)[:3], rows[1]) == (["A", "Pepperoni", "B"], pepperoni)
    assert [row.position for row in rows] == [1, 2, 3, 4, 5]


def test_the_move_is_recorded_in_the_log_and_in_the_history_of_the_moved_pizza_only(marta, five_pizzas, pepperoni):
    marta.post(arrange_page(), {"item": pepperoni.pk, "place": "2"})

    assert events_of(pepperoni) == [("menu.changed.v1", {"fields": ("position",)}, str(marta.user.pk))]
    assert all(events_of(row) == [] for row in five_pizzas.exclude(pk=pepperoni.pk))
    assert LogEntry.objects.get().get_change_message() == "Changed Position."


def test_an_arrow_moves_by_one_whatever_is_typed_beside_it(marta, five_pizzas, margherita):
    place = names(five_pizzas.all()).index("Margherita") + 1

    marta.post(arrange_page(), {"item": margherita.pk, "place": "5", "to": str(place - 1)})

    assert names(five_pizzas.all()).index("Margherita") + 1 == place - 1


def test_a_place_beyond_the_last_one_is_the_last(marta, five_pizzas, margherita):
    marta.post(arrange_page(), {"item": margherita.pk, "place": "99"})

    assert names(five_pizzas.all())[-1] == "Margherita"


def test_a_pizza_that_is_there_already_is_not_recorded_as_moved(manager, five_pizzas, margherita):
    place = names(five_pizzas.all()).index("Margherita") + 1

    menu_services.move_item(item=margherita, place=place, by=manager, at=FRIDAY_NIGHT)

    assert events_of(margherita) == []


@pytest.mark.parametrize("typed", ["", "0", "-1", "first", "1e9", "\x00"])
def test_a_place_that_is_none_is_refused_with_a_sentence(marta, margherita, typed):
    before = margherita.position

    page = marta.post(arrange_page(), {"item": margherita.pk, "place": typed})

    assert "Please type a place from 1 on." in page.content.decode()
    margherita.refresh_from_db()
    assert margherita.position == before


def test_items_move_within_their_category_only(manager):
    wine = SimpleItemFactory(slug="wine", name="Wine", position=1)
    cake = SimpleItemFactory(slug="cake", name="Cake", category__slug="desserts", position=7)

    menu_services.move_item(item=wine, place=1, by=manager, at=FRIDAY_NIGHT)

    cake.refresh_from_db()
    assert cake.position == 7
    assert names(SimpleItem.objects.filter(category__slug="drinks").order_by("position"))[0] == "Wine"


def test_toppings_and_categories_are_arranged_too(marta, olives):
    drinks = Category.objects.get(slug="drinks")

    marta.post(arrange_page("topping"), {"item": olives.pk, "place": "1"})
    marta.post(arrange_page("category"), {"item": drinks.pk, "place": "1"})

    assert Topping.objects.first() == olives
    assert Category.objects.first() == drinks


def test_an_archived_pizza_has_no_place(marta, manager, margherita):
    menu_services.archive_item(item=margherita, by=manager, at=FRIDAY_NIGHT)

    assert "Margherita" not in marta.get(arrange_page()).content.decode()
    with pytest.raises(ItemNotOnTheMenu):
        menu_services.move_item(item=margherita, place=1, by=manager, at=FRIDAY_NIGHT)


def test_a_cook_cannot_arrange_the_menu(chef, margherita):
    with pytest.raises(NotAllowed):
        menu_services.move_item(item=margherita, place=1, by=chef, at=FRIDAY_NIGHT)


def test_the_page_works_without_scripts_and_names_every_control(marta, five_pizzas):
    page = marta.get(arrange_page()).content.decode()

    assert page.count('class="arrange-form"') == 5
    assert len(re.findall(r'<label for="place-\d+"', page)) == 5
    assert 'aria-label="Move Margherita up"' in page
    assert arrange_page() in marta.get(reverse("admin:menu_pizza_changelist")).content.decode()
