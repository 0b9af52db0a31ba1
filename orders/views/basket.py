from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from menu import catalogue, pizza_page
from menu import selectors as menu_selectors
from menu.forms import quantity_field
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot
from menu.selections import Selection, SimpleItemSelection
from orders import selectors, services
from orders.models import Basket
from orders.views import basket_session
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal


class QuantityForm(ShopForm):
    quantity = quantity_field()


@login_not_required
@require_safe
@never_cache
def basket(request: HttpRequest) -> HttpResponse:
    return _show(request)


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
    is_removed = "remove" in request.POST
    if not is_removed and not form.is_valid():
        return _show(request, refused_form=form, refused_line=ref)
    try:
        if is_removed:
            services.remove_line(basket=basket, line=ref, by=by, at=at)
        else:
            services.change_quantity(basket=basket, line=ref, quantity=form.cleaned_data["quantity"], by=by, at=at)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    basket_session.remember_basket(request, basket, count=selectors.count_items(basket))
    return redirect("orders:basket")


def _show(
    request: HttpRequest, *, refused_form: QuantityForm | None = None, refused_line: UUID | None = None
) -> HttpResponse:
    """Show the basket; a refused quantity stays in its line as it was typed."""
    basket = selectors.basket(basket_session.basket_ref(request), at=clock.now())
    context = {
        "basket": basket,
        "quote": basket.quote,
        "refused_form": refused_form,
        "refused_line": refused_line,
    }
    return render(request, "orders/basket.html", context, status=422 if refused_form else 200)


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
    """Add the item of a form on the menu page; the page stays where it is."""
    form = QuantityForm(request.POST)
    error = "" if form.is_valid() else _first_error(form)
    if not error:
        try:
            selection = SimpleItemSelection(simple_item=simple_item.slug)
            _add(request, selection, form.cleaned_data["quantity"], simple_item.name)
        except Refusal as refusal:
            error = refusal.message
    if request.headers.get("HX-Request"):
        context = {
            "item": menu_selectors.item_summary(simple_item, clock.now()),
            "quantity": form["quantity"].value() if error else 1,
            "error": error,
        }
        return render(request, "orders/added.html", context, status=422 if error else 200)
    if error:
        messages.warning(request, error)
    return redirect(f"{reverse('menu:index')}#add-{simple_item.slug}")


def _add(request: HttpRequest, selection: Selection, quantity: int, name: str) -> None:
    """Add to the session's basket; to the next one if it has been ordered."""
    key = _form_key(request)
    next_ref = basket_session.next_basket_ref(request, form_key=key)

    def add_to(ref: UUID) -> Basket:
        data = {"selection": selection.model_dump(mode="json"), "quantity": quantity}
        return services.add_to_basket(
            ref=ref,
            selection=selection,
            quantity=quantity,
            by=actor_of(request),
            at=clock.now(),
            idempotency=IdempotentRequest.of(principal=f"basket:{ref}", key=key, data=data) if key else None,
        )

    try:
        basket = add_to(basket_session.basket_ref(request) or next_ref)
    except services.BasketSpent:
        basket = add_to(next_ref)
    basket_session.remember_basket(request, basket.ref, count=selectors.count_items(basket.ref))
    messages.success(request, _("%(name)s is in your basket.") % {"name": name})


def _form_key(request: HttpRequest) -> UUID | None:
    """Return the idempotency key of the form, which a double click sends twice; None if it has none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def _as_form(data: QueryDict) -> QueryDict:
    """Return the data of a posted form marked as complete: what is not ticked is to be left out."""
    data = data.copy()
    data["recipe"] = "1"
    return data


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
