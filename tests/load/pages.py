"""Pages under load: those that everyone sees, those of orders, and the kitchen's board."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from orders import selectors as order_selectors
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import GUEST, Actor
from pizzeria.users.roles import CUSTOMER
from tests import shop as test_shop
from tests.load import visitors
from tests.load.measurement import Measurement
from tests.load.parts import NO_HEADERS, Options, measure_page
from tests.load.running_shop import fresh_database, running_shop

FEW_TICKETS, MANY_TICKETS = 20, 200
ORDERS_OF_A_CUSTOMER = 20
EMPTY = "/empty/"
REFRESH = {"HX-Request": "true", "HX-Trigger": "board", "HX-Target": "board"}  # as htmx sends them


def measure_menu(options: Options) -> Iterator[Measurement]:
    """Measure the pages before an order, and an empty view behind the same middleware: their limit."""
    with fresh_database(), running_shop() as shop:
        for name, path in {
            "empty view": EMPTY,
            "home": reverse("orders:home"),
            "menu": reverse("menu:index"),
            "pizza page": reverse("menu:pizza", args=["pepperoni"]),
        }.items():
            yield from measure_page(shop, name, path, options=options)


def measure_orders(options: Options) -> Iterator[Measurement]:
    """Measure a guest's order page, and the history of a customer who is signed in."""
    with fresh_database(), running_shop() as shop:
        order = place_order(by=GUEST, at=clock.now())
        yield from measure_page(shop, "order page", order_selectors.order_url(order), options=options)
        carla = visitors.signed_in(options.realm, "customer")
        by = test_shop.acting_as(CUSTOMER, visitors.user_id(carla))
        for _ in range(ORDERS_OF_A_CUSTOMER):
            place_order(by=by, at=clock.now())
        yield from measure_page(shop, "history", reverse("orders:history"), by=carla, options=options)


def measure_board(options: Options) -> Iterator[Measurement]:
    """Measure the board as a cook, with few tickets and with many, and how it is fetched again after each change."""
    with fresh_database(), running_shop() as shop:
        cook = visitors.signed_in(options.realm, "chef")
        placed = 0
        for tickets in (FEW_TICKETS, MANY_TICKETS):
            for _ in range(tickets - placed):
                place_order(by=GUEST, at=clock.now())
            placed = tickets
            for name, headers in (("board", NO_HEADERS), ("board refresh", REFRESH)):
                yield from measure_page(
                    shop,
                    f"{name}, {tickets} tickets",
                    reverse("kitchen:board"),
                    by=cook,
                    headers=headers,
                    options=options,
                )


def place_order(*, by: Actor, at: datetime) -> Order:
    """Place an order of two pizzas."""
    basket = test_shop.basket_of(test_shop.pizza(), test_shop.pizza("pepperoni", size="large"), at=at)
    return test_shop.place(basket, by=by, at=at)
