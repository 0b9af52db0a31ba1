"""API endpoints of the menu: what is on sale, public."""

from django.http import Http404, HttpRequest
from ninja import Router

from menu import catalogue, schemas, selectors
from pizzeria.foundation import clock
from pizzeria.foundation.api.conditional_get import conditional_get
from pizzeria.foundation.api_auth import public_with_scope
from pizzeria.foundation.scopes import Scope

router = Router(tags=["menu"], auth=public_with_scope(Scope.MENU_READ))


@router.get("", response=schemas.MenuRecord, summary="The menu")
@conditional_get
def menu(request: HttpRequest) -> schemas.MenuRecord:
    """Return everything on the menu, with prices; at most 30 seconds old."""
    return schemas.menu_record(catalogue.cached_snapshot(), at=clock.now())


@router.get("/pizzas", response=list[schemas.PizzaRecord], summary="The pizzas")
@conditional_get
def pizzas(request: HttpRequest) -> list[schemas.PizzaRecord]:
    """Return the pizzas with their price in each size."""
    return schemas.menu_record(catalogue.cached_snapshot(), at=clock.now()).pizzas


@router.get("/pizzas/{slug:pizza_id}", response=schemas.PizzaRecord, summary="One pizza")
@conditional_get
def pizza(request: HttpRequest, pizza_id: str) -> schemas.PizzaRecord:
    """Return a pizza by its `id` or `ref`."""
    snapshot = catalogue.cached_snapshot()
    found = selectors.find_item(snapshot.pizzas, pizza_id)
    if found is None:
        raise Http404
    return schemas.pizza_record(found, snapshot.sizes.values(), at=clock.now())


@router.get("/toppings", response=list[schemas.ToppingRecord], summary="The toppings that can be added")
@conditional_get
def toppings(request: HttpRequest) -> list[schemas.ToppingRecord]:
    """Return the toppings with the price of adding each."""
    return schemas.menu_record(catalogue.cached_snapshot(), at=clock.now()).toppings


@router.get("/items", response=list[schemas.SimpleItemRecord], summary="Drinks, sides and desserts")
@conditional_get
def items(request: HttpRequest) -> list[schemas.SimpleItemRecord]:
    """Return what is ordered without options."""
    return schemas.menu_record(catalogue.cached_snapshot(), at=clock.now()).items
