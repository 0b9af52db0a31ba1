"""The pizzas that guests order most, for the home page."""

from datetime import datetime, timedelta
from typing import cast

from django.core.cache import cache
from django.db.models import Count

from kitchen.selectors import the_kitchen
from menu import selectors as menu_selectors
from menu.prices import MenuSnapshot, PizzaSnapshot
from orders.models import Order, OrderLine, OrderStatus
from pizzeria.foundation import clock

COUNTED = timedelta(days=30)
CACHE_SECONDS = 600
CACHE_KEY = "orders_by_pizza"


def popular_pizzas(snapshot: MenuSnapshot, *, most: int, at: datetime) -> list[PizzaSnapshot]:
    """Return at most so many of the available pizzas that were ordered lately, those in most orders first."""
    orders = orders_by_pizza(at)
    ordered = [pizza for pizza in menu_selectors.available_pizzas(snapshot, at=at) if pizza.slug in orders]
    return sorted(ordered, key=lambda pizza: -orders[pizza.slug])[:most]


def orders_by_pizza(at: datetime) -> dict[str, int]:
    """Return in how many orders of the last 30 days each pizza was, by slug; at most ten minutes old."""
    counts = cache.get(CACHE_KEY)
    if counts is None:
        orders = Order.objects.filter(kitchen=the_kitchen(), business_date__gt=clock.business_date(at) - COUNTED)
        lines = OrderLine.objects.filter(kind="pizza", order__in=orders.exclude(status=OrderStatus.CANCELLED))
        rows = lines.values("slug").annotate(Count("order", distinct=True))
        counts = {row["slug"]: row["order__count"] for row in rows}
        cache.set(CACHE_KEY, counts, CACHE_SECONDS)
    return cast("dict[str, int]", counts)
