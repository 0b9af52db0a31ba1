from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from menu import catalogue, pizza_page
from menu.forms import quantity_field
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot
from menu.selections import Selection, SimpleItemSelection
from orders import selectors, services
from orders.views import basket_session
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.refusals import Refusal


class QuantityForm(ShopForm):
    quantity = quantity_field()


@login_not_required
@require_safe
@never_cache
def basket(request: HttpRequest) -> HttpResponse:
    basket = selectors.basket(basket_session.basket_ref(request), at=clock.now())
    return render(request, "orders/basket.html", {"basket": basket, "quote": basket.quote})


@login_not_required
@require_POST
def add_to_basket(request: HttpRequest) -> HttpResponse:
    snapshot = catalogue.cached_snapshot()
    item = request.POST.get("item", "")
    if pizza := snapshot.pizzas.get(item):
        return _add_pizza(request, pizza, snapshot)
    if simple_item := snapshot.simple_items.get(item):
        return _add_simple_item(request, simple_item)
    raise Http404


@login_not_required
@require_POST
def change_line(request: HttpRequest, ref: UUID) -> HttpResponse:
    basket = basket_session.basket_ref(request)
    if basket is None:
        return redirect("orders:basket")
    at, by = clock.now(), actor_of(request)
    form = QuantityForm(request.POST)
    try:
        if "remove" in request.POST:
            services.remove_line(basket=basket, line=ref, by=by, at=at)
        elif form.is_valid():
            services.change_quantity(basket=basket, line=ref, quantity=form.cleaned_data["quantity"], by=by, at=at)
        else:
            messages.warning(request, _first_error(form))
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    basket_session.remember_basket(request, basket, count=selectors.count_items(basket))
    return redirect("orders:basket")


def _add_pizza(request: HttpRequest, pizza: PizzaSnapshot, snapshot: MenuSnapshot) -> HttpResponse:
    """Add the pizza of a pizza page's form; show errors on that page, with the form as typed."""
    at = clock.now()
    form = pizza_page.form_for(pizza, data=_as_form(request.POST), snapshot=snapshot, at=at)
    refusal = None
    if form.is_valid():
        try:
            _add(request, form.selection(), form.cleaned_data["quantity"], pizza.name)
            return redirect("orders:basket")
        except Refusal as raised:
            refusal = raised
    page = pizza_page.pizza_page(form, snapshot=snapshot, at=at, refusal=refusal)
    return render(request, "menu/pizza.html", {"page": page}, status=422)


def _add_simple_item(request: HttpRequest, simple_item: SimpleItemSnapshot) -> HttpResponse:
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _first_error(form))
        return redirect("menu:index")
    try:
        _add(
            request, SimpleItemSelection(simple_item=simple_item.slug), form.cleaned_data["quantity"], simple_item.name
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return redirect("menu:index")


def _add(request: HttpRequest, selection: Selection, quantity: int, name: str) -> None:
    basket = services.add_to_basket(
        basket=basket_session.basket_ref(request),
        selection=selection,
        quantity=quantity,
        by=actor_of(request),
        at=clock.now(),
    )
    basket_session.remember_basket(request, basket.ref, count=selectors.count_items(basket.ref))
    messages.success(request, _("%(name)s is in your basket.") % {"name": name})


def _as_form(data: QueryDict) -> QueryDict:
    """Return the data of a posted form marked as complete: what is not ticked is to be left out."""
    data = data.copy()
    data["recipe"] = "1"
    return data


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
