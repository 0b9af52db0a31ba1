from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from menu import offers, pages, selectors
from menu.pictures import draw_extra, draw_pizza
from menu.prices import OfferedExtra, OfferedPizza
from pizzeria.foundation import clock

A_YEAR = 365 * 24 * 3600


@login_not_required
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    return render(request, "menu/card.html", {"card": selectors.card(clock.now())})


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def pizza(request: HttpRequest, slug: str) -> HttpResponse:
    at, offer = clock.now(), offers.current()
    if slug in offer.extras:
        return redirect("menu:card")
    if slug not in offer.pizzas:
        raise Http404
    form = pages.form_for(offer.pizzas[slug], asked=request.GET, offer=offer, at=at)
    page = pages.pizza_page(form, offer=offer, at=at)
    template = "menu/pizza.html#price" if request.headers.get("HX-Request") else "menu/pizza.html"
    return render(request, template, {"page": page})


@login_not_required
@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    dish = selectors.dish(slug, offers.current())
    if dish is None:
        raise Http404
    key = f"picture:{selectors.picture_version(dish)}"
    svg = cache.get_or_set(key, lambda: _draw(dish), A_YEAR)  # drawing takes longer than the rest of the page
    return HttpResponse(svg, content_type="image/svg+xml")


def _draw(dish: OfferedPizza | OfferedExtra) -> str:
    if isinstance(dish, OfferedExtra):
        return draw_extra(name=dish.name, motif=dish.motif, colour=dish.colour)
    return draw_pizza(name=dish.name, toppings=[topping.look for topping in dish.recipe])
