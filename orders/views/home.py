from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kitchen import selectors as kitchen_selectors
from kitchen.opening_times import opening_times
from menu import catalogue, fragments
from menu import selectors as menu_selectors
from menu.prices import PizzaSnapshot
from orders.selectors.popular import popular_pizzas
from orders.selectors.quotes import quote
from pizzeria.foundation import clock
from pizzeria.foundation.compression import SafeBecause, compressed
from pizzeria.foundation.fragments import Fragment, rendered

SHOWN = 4


@login_not_required
@require_safe
@compressed(SafeBecause.NOTHING_CHOSEN)
def home(request: HttpRequest) -> HttpResponse:
    at, kitchen, menu = clock.now(), kitchen_selectors.the_kitchen(), catalogue.current_menu()
    popular = popular_pizzas(menu.snapshot, most=SHOWN, at=at)
    are_popular = len(popular) == SHOWN
    pizzas = popular if are_popular else menu_selectors.available_pizzas(menu.snapshot, at=at)[:SHOWN]
    content = fragments.kept(
        "home",
        lambda: _pizzas_content(pizzas, are_popular=are_popular, at=at),
        menu=menu,
        at=at,
        of=(tuple(pizza.slug for pizza in pizzas), are_popular),
    )
    context = {
        "pizzas": content.filled(request),
        "quote": quote(at=at, kitchen=kitchen),
        "opening_times": opening_times(kitchen.hours, at=at),
    }
    return render(request, "orders/home.html", context)


def _pizzas_content(pizzas: Sequence[PizzaSnapshot], *, are_popular: bool, at: datetime) -> Fragment:
    items = [menu_selectors.item_summary(pizza, at) for pizza in pizzas]
    return rendered("menu/featured_items.html", {"items": items, "are_popular": are_popular})
