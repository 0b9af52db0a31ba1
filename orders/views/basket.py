from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from menu import catalogue, pizza_page
from menu import selectors as menu_selectors
from menu.forms import quantity_field
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot
from menu.selections import Selection, SimpleItemSelection
from orders import selectors, services
from orders.views import basket_session
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal


class QuantityForm(ShopForm):
    quantity = quantity_field()


# Where the buttons of the basket lead to. What was typed is saved first.
NEXT_PAGES = {"checkout": "orders:checkout", "menu": "menu:index"}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _change(request)
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


def _change(request: HttpRequest) -> HttpResponse:
    """
    Save what the form says of each of its lines, and go on to where its button leads.

    A line with an invalid quantity stays as it is in the basket, and as it was typed on the page.
    """
    ref = basket_session.basket_ref(request)
    if ref is None and (continued := basket_session.continue_signed_basket(request)):
        ref = continued.ref
    if ref is None:
        messages.info(request, _("This browser had no basket any more. Please choose again."))
        return _reload(request)
    removed = set(request.POST.getlist("remove"))
    forms_by_line = {
        line: QuantityForm(request.POST, prefix=str(line))
        for line in selectors.line_refs(ref)
        if f"{line}-quantity" in request.POST and str(line) not in removed
    }
    refused = {line: form for line, form in forms_by_line.items() if not form.is_valid()}
    try:
        services.change_basket(
            basket=ref,
            quantities={
                line: form.cleaned_data["quantity"] for line, form in forms_by_line.items() if line not in refused
            },
            removed=[line for line in selectors.line_refs(ref) if str(line) in removed],
            by=actor_of(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return _reload(request)
    basket_session.remember_basket(request, ref, count=selectors.count_items(ref))
    if request.headers.get("HX-Request"):
        lines = {str(line) for line in selectors.line_refs(ref)}
        return _show(request, refused=refused) if lines and lines == _lines_on_page(request) else _reload(request)
    if refused:
        return _show(request, refused=refused)
    return redirect(NEXT_PAGES.get(request.POST.get("next", ""), "orders:basket"))


def _lines_on_page(request: HttpRequest) -> set[str]:
    return {name.removesuffix("-quantity") for name in request.POST if name.endswith("-quantity")}


def _reload(request: HttpRequest) -> HttpResponse:
    """Load the basket's page anew: other lines are in it than the page shows."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return redirect("orders:basket")


def _show(request: HttpRequest, *, refused: Mapping[UUID, QuantityForm] = MappingProxyType({})) -> HttpResponse:
    """Show the basket, each line with the form that was refused, if there is one."""
    basket = selectors.basket(basket_session.basket_ref(request), at=clock.now())
    context = {
        "basket": basket,
        "lines": [(entry, refused.get(entry.ref)) for entry in basket.lines],
        "quote": basket.quote,
        "signed_basket": basket_session.sign_basket(request),
    }
    return render(request, "orders/basket.html", context, status=422 if refused else 200)


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
    form, error = QuantityForm(request.POST), ""
    if form.is_valid():
        try:
            selection = SimpleItemSelection(simple_item=simple_item.slug)
            _add(request, selection, form.cleaned_data["quantity"], simple_item.name)
        except Refusal as refusal:
            error = refusal.message
    is_added = form.is_valid() and not error
    if request.headers.get("HX-Request"):
        context = {
            "item": menu_selectors.item_summary(simple_item, clock.now()),
            "quantity": 1 if is_added else form["quantity"].value(),
            "quantity_error": "" if form.is_valid() else _first_error(form),
            "error": error,
        }
        return render(request, "orders/added.html", context, status=200 if is_added else 422)
    if not is_added:
        messages.warning(request, error or _first_error(form))
    return redirect(f"{reverse('menu:index')}#add-{simple_item.slug}")


def _add(request: HttpRequest, selection: Selection, quantity: int, name: str) -> None:
    """Add to the session's basket; to the next one if that has been ordered."""
    key = _idempotency_key(request)
    data = {"selection": selection.model_dump(mode="json"), "quantity": quantity}
    ref = basket_session.basket_ref(request)
    ref = ref or basket_session.next_basket_ref(request, after=None, idempotency_key=key)
    while True:
        try:
            services.add_to_basket(
                ref=ref,
                selection=selection,
                quantity=quantity,
                by=actor_of(request),
                at=clock.now(),
                idempotency=IdempotentRequest.of(principal=f"basket:{ref}", key=key, data=data) if key else None,
            )
            break
        except services.BasketSpent:
            ref = basket_session.next_basket_ref(request, after=ref, idempotency_key=key)
    basket_session.remember_basket(request, ref, count=selectors.count_items(ref))
    messages.success(request, _("%(name)s is in your basket.") % {"name": name})


def _idempotency_key(request: HttpRequest) -> UUID | None:
    """Return the form's key, which a double click sends twice; None if it has none."""
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
