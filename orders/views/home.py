from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kitchen import selectors as kitchen_selectors
from kitchen.opening_times import opening_times
from menu import selectors as menu_selectors
from orders.selectors.popular import popular_pizzas
from orders.selectors.quotes import quote
from pizzeria.foundation import clock
from pizzeria.foundation.compression import SafeBecause, compressed

SHOWN = 4


@login_not_required
@require_safe
@compressed(SafeBecause.NOTHING_CHOSEN)
def home(request: HttpRequest) -> HttpResponse:
    at, kitchen = clock.now(), kitchen_selectors.the_kitchen()
    popular = popular_pizzas(at, most=SHOWN)
    are_popular = len(popular) == SHOWN
    context = {
        "pizzas": popular if are_popular else menu_selectors.available_pizzas(at)[:SHOWN],
        "are_popular": are_popular,
        "quote": quote(at=at, kitchen=kitchen),
        "opening_times": opening_times(kitchen.hours, at=at),
    }
    return render(request, "orders/home.html", context)
