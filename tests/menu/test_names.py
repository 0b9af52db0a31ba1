"""The names of the menu: each belongs to one row, whichever way it is typed."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from menu import services as menu_services
from menu.models import Category, Pizza, Size, Topping
from pizzeria.foundation.actor import SYSTEM
from tests.factories import PizzaFactory, SimpleItemFactory
from tests.menu.admin_forms import admin_of, edit, errors_of, form_of
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.mark.parametrize(
    "name",
    ["margherita", " Margherita ", "MARGHERITA", "Mar\u200bgherita", "\uff2dargherita", "Cola", "CO\u00adLA"],
    ids=ascii,
)
def test_the_admin_refuses_a_name_that_people_take_for_that_of_another_dish(marta, pepperoni, name):
    response = marta.post(admin_of(pepperoni), form_of(marta, pepperoni, name=name))

    taken = "Cola" if name.startswith("C") else "Margherita"
    assert errors_of(response) == {"name": [f"There is “{taken}” already."]}


def test_the_admin_takes_a_number_of_blanks_in_a_name_for_one(marta, olives):
    edit(marta, olives, name="Green olives")
    basil = Topping.objects.get(slug="basil")

    response = marta.post(admin_of(basil), form_of(marta, basil, name="green \u00a0 olives"))

    assert errors_of(response) == {"name": ["There is “Green olives” already."]}


def test_the_admin_refuses_a_second_size_topping_or_category_of_a_name(marta, olives):
    large, pizzas = Size.objects.get(slug="large"), Category.objects.get(slug="pizzas")

    for row, name in [(olives, "BASIL"), (large, "small"), (pizzas, "drinks")]:
        assert [*errors_of(marta.post(admin_of(row), form_of(marta, row, name=name)))] == ["name"]


def test_a_topping_may_have_the_name_of_a_pizza(marta, olives):
    edit(marta, olives, name="Pepperoni (hot)")
    edit(marta, olives, name="Margherita")


@pytest.mark.parametrize("other", [PizzaFactory, SimpleItemFactory], ids=["pizza", "simple item"])
def test_the_database_refuses_a_second_dish_of_a_name(other):
    with pytest.raises(IntegrityError, match="something else on the menu is called margherita"), transaction.atomic():
        other(name="margherita ")
    with pytest.raises(IntegrityError, match="something else on the menu is called cola"), transaction.atomic():
        other(name="cola")


def test_an_item_whose_name_another_one_has_since_long_can_still_be_edited_and_marked_sold_out(marta, pepperoni):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # PostgreSQL alters no table for which checks are pending
        cursor.execute("ALTER TABLE menu_pizza DISABLE TRIGGER pizza_name_is_its_own")
        Pizza.objects.update(name="Margherita")
        cursor.execute("ALTER TABLE menu_pizza ENABLE TRIGGER pizza_name_is_its_own")

    menu_services.mark_sold_out(item=pepperoni, until=None, by=SYSTEM, at=FRIDAY_NIGHT)
    pepperoni.refresh_from_db()
    edit(marta, pepperoni, base_price="13.49")
    pepperoni.refresh_from_db()
    assert (pepperoni.name, pepperoni.base_price) == ("Margherita", Decimal("13.49"))
