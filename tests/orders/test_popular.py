"""The home page shows the pizzas that are ordered most."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from menu import catalogue
from menu.models import Pizza
from orders import services as order_services
from orders.models import CancelReason
from orders.selectors.popular import popular_pizzas
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests import shop
from tests.factories import PizzaFactory

pytestmark = pytest.mark.usefixtures("kitchen")


def order(slug, *, ago=timedelta(0), quantity=1):
    at = clock.now() - ago
    return shop.place(shop.basket_of(shop.pizza(slug), quantity=quantity, at=at), at=at)


def popular():
    cache.clear()
    return [item.slug for item in popular_pizzas(catalogue.fresh_snapshot(), most=4, at=clock.now())]


def test_the_pizzas_are_listed_by_the_number_of_their_orders():
    order("margherita", quantity=9)
    for _ in range(2):
        order("pepperoni")

    assert popular() == ["pepperoni", "margherita"]


def test_cancelled_and_old_orders_do_not_count_nor_do_pizzas_that_are_sold_out():
    order("pepperoni", ago=timedelta(days=31))
    order("margherita")
    mistake = order("pepperoni")
    order_services.cancel_order(ref=mistake.ref, reason=CancelReason.OTHER, note="a joke", by=SYSTEM, at=clock.now())
    assert popular() == ["margherita"]

    Pizza.objects.filter(slug="margherita").update(sold_out_since=clock.now())
    assert popular() == []


def test_the_home_page_names_them_as_what_people_come_back_for_once_there_are_enough(client):
    for slug in ("one", "two", "three", "four"):
        PizzaFactory(slug=slug, name=slug.title())
        order(slug)
    popular()

    html = client.get(reverse("orders:home")).content.decode()
    assert "What people come back for" in html
    assert "Margherita" not in html


def test_before_that_the_home_page_shows_the_menus_first_pizzas_and_claims_nothing(client):
    order("pepperoni")

    html = client.get(reverse("orders:home")).content.decode()
    assert "What people come back for" not in html
    assert "Margherita" in html


def test_the_count_is_read_once_in_a_while(client, django_assert_num_queries):
    order("margherita")
    popular()
    snapshot = catalogue.fresh_snapshot()

    with django_assert_num_queries(0):
        popular_pizzas(snapshot, most=4, at=clock.now())
