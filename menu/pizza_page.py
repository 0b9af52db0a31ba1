"""The pizza page's read model, for the menu, which shows the page, and the basket, which shows refusals on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from menu import prices, selectors
from menu.declarations import declaration_of
from menu.forms import PizzaForm
from menu.prices import MenuSnapshot, PizzaSnapshot
from menu.selections import MAX_ADDED
from menu.selectors import DeclarationSummary, MenuItemSummary, SizeOption, ToppingOption
from pizzeria.foundation.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PizzaPage:
    item: MenuItemSummary
    declaration: DeclarationSummary  # of the pizza as selected, also if it cannot be ordered like that
    sizes: list[SizeOption]
    recipe: list[ToppingOption]
    toppings: list[ToppingOption]
    quantity: str  # as typed
    unit_price: Decimal | None  # None: cannot be ordered as selected
    total: Decimal | None
    errors: Mapping[str, str]  # field ("" for none) to sentence
    max_added: int = MAX_ADDED


def form_for(pizza: PizzaSnapshot, *, data: QueryDict, snapshot: MenuSnapshot, at: datetime) -> PizzaForm:
    """
    Return the form with the values of the request.

    A submitted form (with `recipe`) has all values; otherwise missing ones get the defaults.
    """
    if "recipe" in data:
        return PizzaForm(data, pizza=pizza, snapshot=snapshot)
    defaults = {
        "size": data.get("size", next(iter(snapshot.sizes), "")),
        "keep": [topping.slug for topping in pizza.recipe if topping.is_available(at)],
        "add": data.getlist("add"),
        "quantity": data.get("quantity", "1"),
    }
    return PizzaForm(defaults, pizza=pizza, snapshot=snapshot)


def query_of(data: QueryDict) -> str:
    """Return the query string of the pizza page with a posted form's selection, and with nothing else of the form."""
    return urlencode([(name, value) for name in ("recipe", *PizzaForm.base_fields) for value in data.getlist(name)])


def pizza_page(form: PizzaForm, *, snapshot: MenuSnapshot, at: datetime, refusal: Refusal | None = None) -> PizzaPage:
    """
    Return the pizza page with what is selected and what that costs.

    :param refusal: why the selection was refused elsewhere, to be shown beside its field
    """
    pizza = form.pizza
    in_recipe = {topping.slug for topping in pizza.recipe}
    chosen = _chosen(form)
    errors = {field: " ".join(map(str, sentences)) for field, sentences in form.errors.items()}
    priced = None
    if not errors:
        try:
            priced = prices.price(form.selection(), snapshot=snapshot, at=at)
        except Refusal as raised:
            refusal = refusal or raised
    if refusal:
        errors[refusal.field if refusal.field in form.fields else ""] = refusal.message

    toppings = [topping for topping in pizza.recipe if topping.slug in chosen["keep"]]
    toppings += [topping for topping in snapshot.toppings.values() if topping.slug in chosen["add"]]
    return PizzaPage(
        item=selectors.item_summary(pizza, at),
        declaration=selectors.declaration_summary(declaration_of(pizza, toppings)),
        sizes=selectors.size_options(pizza, snapshot.sizes.values(), chosen=str(chosen["size"]), at=at),
        recipe=selectors.topping_options(pizza.recipe, chosen=chosen["keep"], at=at),
        toppings=selectors.topping_options(
            [topping for topping in snapshot.toppings.values() if topping.slug not in in_recipe],
            chosen=chosen["add"],
            at=at,
        ),
        quantity=str(chosen["quantity"]),
        unit_price=priced.unit_price if priced else None,
        total=priced.unit_price * form.cleaned_data["quantity"] if priced else None,
        errors=errors,
    )


def _chosen(form: PizzaForm) -> dict[str, Any]:
    """Return the typed values, valid or not: the form is shown as it was typed."""
    typed = {name: form[name].value() for name in form.fields}
    return {
        "size": typed["size"] or "",
        "keep": typed["keep"] or [],
        "add": typed["add"] or [],
        "quantity": "" if typed["quantity"] is None else typed["quantity"],
    }
