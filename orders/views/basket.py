from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from menu import catalogue, pizza_page
from menu import selectors as menu_selectors
from menu.forms import quantity_field
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot
from menu.selections import Selection, SimpleItemSelection
from orders import selectors, services
from orders.models.delivery_zone import CODE_LENGTH
from orders.views import basket_session, checkout_choices, shown_prices
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Busy, Refusal


class QuantityForm(ShopForm):
    quantity = quantity_field()


CHANGED_ELSEWHERE = gettext_lazy("Your basket has changed in another tab. Please look again.")

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
    snapshot = catalogue.current_snapshot()
    item = request.POST.get("item", "")
    if pizza := snapshot.pizzas.get(item):
        return _add_pizza(request, pizza, snapshot)
    if simple_item := snapshot.simple_items.get(item):
        return _add_simple_item(request, simple_item)
    raise Http404


@login_not_required
@require_POST
def check_delivery(request: HttpRequest) -> HttpResponse:
    """Remember the postal code that a guest asks about; the basket's page shows whether the shop delivers there."""
    checkout_choices.remember_postal_code(request, request.POST.get("postal_code", "").strip()[:CODE_LENGTH])
    return redirect(f"{reverse('orders:basket')}#delivery")


def _change(request: HttpRequest) -> HttpResponse:
    """
    Save what the form says of its lines, and go on to where its button leads.

    A line with an invalid quantity stays as it is in the basket, and as it was typed on the page.
    """
    posted = basket_session.posted_basket(request)
    if posted.is_signed_out:
        messages.info(request, basket_session.SIGNED_OUT)
        return redirect(f"{reverse('users:sign_in')}?next={reverse('orders:basket')}")
    ref = posted.ref
    if ref is None:
        messages.info(request, _("This browser had no basket any more. Please choose again."))
        return _reload(request)

    changes = _changes(request, list(selectors.quantities(ref)))
    try:
        services.change_basket(
            basket=ref,
            quantities=changes.quantities,
            removed=changes.removed,
            shown_prices=changes.shown_prices,
            by=actor_of(request),
            at=clock.now(),
        )
    except Busy as busy:
        messages.warning(request, busy.message)
        return _show(request, forms=changes.forms, status=busy.status)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        basket_session.clear_count(request)
        return _reload(request)
    quantities = selectors.quantities(ref)
    basket_session.remember_basket(request, ref, count=sum(quantities.values()))
    return _answer_changes(request, changes, quantities=quantities)


@dataclass(frozen=True, slots=True)
class _Changes:
    """
    What a posted basket form says: its forms by line, the quantities that were changed in it, what it removes.

    The prices are those that it showed for the lines that were changed, or for all if their prices are acknowledged.
    """

    forms: dict[UUID, QuantityForm]
    quantities: dict[UUID, int]
    removed: list[UUID]
    shown_prices: dict[UUID, Decimal]
    others: set[str]  # lines of the page that are not in the basket

    @property
    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms.values())

    def are_all_of(self, quantities: Mapping[UUID, int]) -> bool:
        """Return whether the page shows these quantities and nothing else, but for what is invalid."""
        typed = {
            line: form.cleaned_data["quantity"] if form.is_valid() else quantities.get(line)
            for line, form in self.forms.items()
        }
        return typed == quantities and not self.others


def _changes(request: HttpRequest, lines: list[UUID]) -> _Changes:
    posted = request.POST
    removed = {*posted.getlist("remove"), *posted.getlist("removed")}  # by the button, or by the page's script before
    on_page = {name.removesuffix("-quantity") for name in posted if name.endswith("-quantity")}
    shown = [line for line in lines if str(line) in on_page - removed]
    forms = {line: QuantityForm(posted, prefix=str(line)) for line in shown}
    quantities = {
        line: form.cleaned_data["quantity"]
        for line, form in forms.items()
        if form.is_valid() and posted.get(f"{line}-shown") != str(form.cleaned_data["quantity"])
    }
    agreed = forms.keys() if shown_prices.ACKNOWLEDGE in posted else quantities.keys()
    return _Changes(
        forms=forms,
        quantities=quantities,
        removed=[line for line in lines if str(line) in removed],
        shown_prices={line: price for line, price in shown_prices.posted_prices(request).items() if line in agreed},
        others=on_page - set(map(str, lines)) - removed,
    )


def _answer_changes(request: HttpRequest, changes: _Changes, *, quantities: dict[UUID, int]) -> HttpResponse:
    """Return the basket, or the page that the pressed button leads to if all that was typed has been saved."""
    if request.headers.get("HX-Request"):
        is_up_to_date = changes.are_all_of(quantities)
        if not is_up_to_date:
            messages.info(request, CHANGED_ELSEWHERE)
        return _show(request, forms=changes.forms) if quantities and is_up_to_date else _reload(request)
    if not changes.is_valid:
        return _show(request, forms=changes.forms)
    if changes.others:
        messages.info(request, CHANGED_ELSEWHERE)
        return redirect("orders:basket")
    return redirect(NEXT_PAGES.get(request.POST.get("next", ""), "orders:basket"))


def _reload(request: HttpRequest) -> HttpResponse:
    """Load the basket's page anew: the basket has other lines or quantities than the page shows."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("orders:basket"))
    return redirect("orders:basket")


def _show(
    request: HttpRequest, *, forms: Mapping[UUID, QuantityForm] = MappingProxyType({}), status: int = 0
) -> HttpResponse:
    """Show the basket, each line with the form that was sent for it, if there is one."""
    choices = selectors.Choices(postal_code=checkout_choices.remembered_postal_code(request))
    basket = selectors.basket(basket_session.basket_ref(request), at=clock.now(), choices=choices)
    context = {
        "basket": basket,
        "unpaid_url": basket_session.unpaid_order_url(request) if basket.is_empty else "",
        "lines": [(entry, forms.get(entry.ref)) for entry in basket.lines],
        "quote": basket.quote,
        "signed_basket": basket_session.sign_basket(request),
    }
    is_valid = all(form.is_valid() for form in forms.values())
    return render(request, "orders/basket.html", context, status=status or (200 if is_valid else 422))


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
            filled = services.add_to_basket(
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
    basket_session.remember_basket(request, ref, count=filled.item_count)
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
