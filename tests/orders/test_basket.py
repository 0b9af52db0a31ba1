from decimal import Decimal

import pytest
from django.urls import reverse

from menu.models import Pizza
from menu.services import mark_sold_out
from orders import services as order_services
from orders.models import Basket, BasketLine
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

MARGHERITA = {"item": "margherita", "size": "small", "quantity": "1"}


def add(client, **fields):
    return client.post(reverse("orders:add_to_basket"), {**MARGHERITA, **fields})


def test_adding_a_pizza_stores_the_size_toppings_and_quantity_of_the_form(client):
    response = add(client, size="large", add=["olives", "basil"], quantity="2")

    assert response.status_code == 302
    line = BasketLine.objects.get()
    assert line.quantity == 2
    assert line.parsed_selection == shop.pizza(size="large", added=("olives", "basil"))


def test_an_unticked_topping_of_the_recipe_is_left_out(client):
    add(client, item="pepperoni", keep=[])

    assert BasketLine.objects.get().parsed_selection == shop.pizza("pepperoni", left_out=("pepperoni",))


def test_a_price_in_the_request_is_ignored(client):
    add(client, price="0.01", unit_price="0.01", base_price="0.01", total="0.01")

    page = client.get(reverse("orders:basket"))
    assert page.context["basket"].totals.total == Decimal("12.99")


@pytest.mark.parametrize("quantity", ["0", "-1", "10000", "21", "", "two", "1.5", "1e3"])
def test_an_invalid_quantity_is_refused_and_the_form_keeps_the_toppings(client, quantity):
    response = add(client, quantity=quantity, add=["olives"])

    assert response.status_code == 422
    assert response.context["page"].errors == {"quantity": "Between 1 and 20, please."}
    assert [topping.slug for topping in response.context["page"].toppings if topping.chosen] == ["olives"]
    assert not BasketLine.objects.exists()


def test_an_eleventh_added_topping_is_refused_and_the_form_keeps_all_of_them(client):
    slugs = [ToppingFactory().slug for _ in range(11)]

    response = add(client, add=slugs)

    assert response.status_code == 422
    assert response.context["page"].errors == {"add": "At most 10 added toppings, please."}
    assert sum(topping.chosen for topping in response.context["page"].toppings) == 11
    assert not BasketLine.objects.exists()


def test_an_unknown_item_size_or_topping_is_refused(client):
    assert add(client, item="calzone").status_code == 404
    assert add(client, size="gigantic").status_code == 422
    assert add(client, add=["gold"]).status_code == 422
    assert not BasketLine.objects.exists()


def test_adding_a_sold_out_pizza_is_refused_with_the_reason(client):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    response = add(client)

    assert response.status_code == 422
    assert "Margherita is sold out." in response.context["page"].errors.values()


def test_the_same_selection_is_counted_on_one_basket_line_up_to_twenty(client):
    add(client, quantity="15")
    add(client, quantity="5")
    refused = add(client, quantity="1")

    assert BasketLine.objects.get().quantity == 20
    assert refused.status_code == 422
    assert "At most 20" in refused.context["page"].errors["quantity"]


def test_the_basket_shows_the_same_price_as_the_pizza_page(client):
    page = client.get(
        reverse("menu:pizza", args=["pepperoni"]),
        {"recipe": "1", "size": "medium", "keep": ["pepperoni"], "add": ["olives"], "quantity": "3"},
    )
    add(client, item="pepperoni", size="medium", keep=["pepperoni"], add=["olives"], quantity="3")

    basket = client.get(reverse("orders:basket")).context["basket"]
    assert basket.totals.total == page.context["page"].total == Decimal("21.99") * 3


def test_changing_and_removing_a_basket_line_updates_the_count_in_the_session(client):
    add(client, quantity="2")
    line = BasketLine.objects.get()

    client.post(reverse("orders:change_basket_line", args=[line.ref]), {"quantity": "5"})
    assert client.session["basket_count"] == 5

    client.post(reverse("orders:change_basket_line", args=[line.ref]), {"quantity": "5", "remove": "1"})
    assert client.session["basket_count"] == 0
    assert not BasketLine.objects.exists()


def test_a_basket_line_of_another_basket_can_be_neither_changed_nor_removed(client):
    theirs = shop.basket_of().lines.get()
    add(client)

    client.post(reverse("orders:change_basket_line", args=[theirs.ref]), {"quantity": "5"})
    client.post(reverse("orders:change_basket_line", args=[theirs.ref]), {"remove": "1"})

    theirs.refresh_from_db()
    assert theirs.quantity == 1


def test_a_basket_line_that_was_sold_out_since_is_marked_and_blocks_the_checkout(client):
    add(client)
    add(client, item="pepperoni", keep=["pepperoni"])
    mark_sold_out(item=Pizza.objects.get(slug="pepperoni"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    basket = client.get(reverse("orders:basket")).context["basket"]

    assert [line.problem for line in basket.lines] == ["", "Pepperoni is sold out."]
    assert not basket.can_check_out


def test_a_basket_line_whose_pizza_has_left_the_menu_keeps_its_name_and_is_marked(client):
    add(client)
    Pizza.objects.all().delete()

    line = client.get(reverse("orders:basket")).context["basket"].lines[0]

    assert line.line.name == "Margherita"
    assert "no longer on our menu" in line.problem


def test_the_basket_is_kept_when_the_guest_signs_in(client, sign_in):
    add(client, quantity="3")
    before = client.session["basket"]

    sign_in(CUSTOMER)

    assert client.session["basket"] == before
    assert client.get(reverse("orders:basket")).context["basket"].lines[0].line.quantity == 3


def test_adding_to_a_basket_that_was_ordered_creates_a_new_basket():
    spent = shop.basket_of()
    shop.place(spent)

    fresh = order_services.add_to_basket(
        basket=spent.ref, selection=shop.pizza(), quantity=1, by=shop.GUEST, at=FRIDAY_NIGHT
    )

    assert fresh != spent
    assert Basket.objects.count() == 2
