"""Response times of pages: as a guest and as the chef, cached and not; the board with 200 tickets."""

from http import HTTPStatus

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from menu import catalogue
from orders import selectors as order_selectors
from orders.models import Order
from pizzeria.foundation import clock, fragments
from pizzeria.users.models import User
from tests import shop
from tests.measure.figures import TIMES, print_statistics, timed


def measure() -> None:
    """Place 200 orders of two pizzas each, then open each page repeatedly and count its queries."""
    for _ in range(200):
        basket = shop.basket_of(shop.pizza(), shop.pizza("pepperoni", size="large"), at=clock.now())
        shop.place(basket, at=clock.now())
    guest, chef = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    chef.force_login(User.objects.get(username="chef"))
    newest = Order.objects.select_related("contact").latest("id")
    for name, visitor, address, cached in (
        ("menu, uncached", guest, reverse("menu:index"), False),
        ("menu, cached", guest, reverse("menu:index"), True),
        ("menu, cached, signed in", chef, reverse("menu:index"), True),
        ("pizza page, uncached", guest, reverse("menu:pizza", args=["pepperoni"]), False),
        ("pizza page, cached", guest, reverse("menu:pizza", args=["pepperoni"]), True),
        ("a guest's order", guest, order_selectors.order_url(newest), True),
        ("board with 201 tickets", chef, reverse("kitchen:board"), True),
    ):
        assert visitor.get(address).status_code == HTTPStatus.OK
        seconds, queries = [], 0
        for _ in range(TIMES):
            if not cached:
                cache.clear()
                catalogue._newest = None
                fragments._kept.clear()
            with CaptureQueriesContext(connection) as statements:
                seconds.append(timed(lambda: visitor.get(address)))  # noqa: B023 - called at once
            queries = len(statements)
        kilobytes = len(visitor.get(address).content) / 1000
        print_statistics(name, seconds, f"{queries} queries, session included; {kilobytes:.0f} kB of HTML")
