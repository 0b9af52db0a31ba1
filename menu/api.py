"""API endpoints of the menu: what is on sale, public, and how managers change the pizzas."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status

from menu import catalogue, schemas, selectors, services
from menu.models import Pizza
from menu.prices import MenuSnapshot
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.conditional_get import ETAG, conditional_get
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api.preconditions import IfMatchHeader, etag_of, refuse_unless_current
from pizzeria.foundation.api.requests import naming_fields
from pizzeria.foundation.api_auth import public_with_scope, requires_scope
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.scopes import Scope

router = Router(tags=["menu"], auth=public_with_scope(Scope.MENU_READ))

WRITE = requires_scope(Scope.MENU_WRITE)

# Names of the fields of a pizza's body, by the names of its columns.
FIELD_NAMES = {
    "recipe": "toppings",
    "minutes": "cooking_minutes",
    "category": "category_id",
    "allergens": "base_allergens",
    "slug": "id",
}


@router.get("", response=schemas.MenuRecord, summary="The menu")
@conditional_get
def menu(request: HttpRequest) -> schemas.MenuRecord:
    """Return everything on the menu, with prices."""
    return schemas.menu_record(catalogue.current_snapshot(), at=clock.now())


@router.get("/pizzas", response=list[schemas.PizzaRecord], summary="The pizzas")
@conditional_get
def pizzas(request: HttpRequest) -> list[schemas.PizzaRecord]:
    """Return the pizzas with their price in each size."""
    return schemas.menu_record(catalogue.current_snapshot(), at=clock.now()).pizzas


@router.post(
    "/pizzas",
    auth=WRITE,
    response={201: schemas.PizzaRecord},
    summary="Create a pizza",
    openapi_extra={"responses": {201: {"headers": ETAG}}},
)
def create_pizza(
    request: HttpRequest, response: HttpResponse, body: schemas.NewPizza, key: IdempotencyKeyHeader = None
) -> Status[schemas.PizzaRecord]:
    """Put a new pizza on the menu. It can be ordered at once."""
    with naming_fields(FIELD_NAMES):
        pizza = services.create_pizza(
            ref=uuid7(),
            details=body.details(),
            is_available=body.is_available is not False,
            by=actor_of(request),
            at=clock.now(),
            idempotency=idempotent_request(request, key),
        )
    response.headers["Location"] = reverse("api:pizza", args=[pizza.slug])
    return Status(201, _answer(request, response, pizza))


@router.get("/pizzas/{slug:pizza_id}", response=schemas.PizzaRecord, summary="One pizza", url_name="pizza")
@conditional_get
def pizza(request: HttpRequest, pizza_id: str) -> schemas.PizzaRecord:
    """Return a pizza by its `id` or `ref`."""
    return _record(catalogue.current_snapshot(), pizza_id)


@router.put(
    "/pizzas/{slug:pizza_id}",
    auth=WRITE,
    response=schemas.PizzaRecord,
    summary="Replace a pizza",
    openapi_extra={"responses": {200: {"headers": ETAG}}},
)
def change_pizza(
    request: HttpRequest,
    response: HttpResponse,
    pizza_id: str,
    body: schemas.PizzaReplacement,
    if_match: IfMatchHeader = None,
) -> schemas.PizzaRecord:
    """
    Replace everything that a pizza is, by the fields of the same names that GET shows.

    Its `id` and whether it is available stay as they are unless they are given. Placed orders do not change. The price
    is in force at once; one that is scheduled (`next_price`) still follows at its moment.
    """
    row = _row(pizza_id)
    if if_match is not None:
        refuse_unless_current(request, if_match, record=_fresh_record(row))
    with naming_fields(FIELD_NAMES):
        changed = services.change_pizza(
            pizza=row,
            details=body.details(),
            is_available=body.is_available,
            seen_seq=None if if_match is None else row.seq,
            by=actor_of(request),
            at=clock.now(),
        )
    return _answer(request, response, changed)


@router.delete("/pizzas/{slug:pizza_id}", auth=WRITE, response={204: None}, summary="Archive a pizza")
def archive_pizza(request: HttpRequest, pizza_id: str) -> Status[None]:
    """
    Take a pizza off the menu for good. Its `id` and its name stay taken, and placed orders do not change.

    A manager can restore it in the admin.
    """
    services.archive_item(item=_row(pizza_id), by=actor_of(request), at=clock.now())
    return Status(204, None)


@router.put(
    "/pizzas/{slug:pizza_id}/availability",
    auth=requires_scope(Scope.MENU_WRITE, Scope.KITCHEN_MANAGE),
    response=schemas.PizzaRecord,
    summary="Mark a pizza sold out or available",
    openapi_extra={"responses": {200: {"headers": ETAG}}},
)
def set_availability(
    request: HttpRequest, response: HttpResponse, pizza_id: str, body: schemas.AvailabilityRequest
) -> schemas.PizzaRecord:
    """Mark a pizza sold out, for a time or until further notice, or available. Placed orders are cooked."""
    row, by, at = _row(pizza_id), actor_of(request), clock.now()
    if body.is_available:
        marked = services.mark_available(item=row, by=by, at=at)
    else:
        marked = services.mark_sold_out(item=row, until=body.until, by=by, at=at)
    return _answer(request, response, marked)


@router.get("/toppings", response=list[schemas.ToppingRecord], summary="The toppings that can be added")
@conditional_get
def toppings(request: HttpRequest) -> list[schemas.ToppingRecord]:
    """Return the toppings with the price of adding each."""
    return schemas.menu_record(catalogue.current_snapshot(), at=clock.now()).toppings


@router.get("/items", response=list[schemas.SimpleItemRecord], summary="Drinks, sides and desserts")
@conditional_get
def items(request: HttpRequest) -> list[schemas.SimpleItemRecord]:
    """Return what is ordered without options."""
    return schemas.menu_record(catalogue.current_snapshot(), at=clock.now()).items


def _row(identifier: str) -> Pizza:
    """
    Return the row of a pizza on the menu.

    :raises Http404: there is none
    """
    row = selectors.find_pizza_row(identifier)
    if row is None:
        raise Http404
    return row


def _answer(request: HttpRequest, response: HttpResponse, row: Pizza) -> schemas.PizzaRecord:
    """Return a pizza that a request has changed, and set the ETag that GET answers from now on."""
    record = _fresh_record(row)
    response.headers["ETag"] = etag_of(request, record)
    return record


def _fresh_record(row: Pizza) -> schemas.PizzaRecord:
    """Return a pizza as it is in the database, also one that is archived by now."""
    record = schemas.pizza_record(catalogue.pizza_of(row), catalogue.sizes(), at=clock.now())
    return record.model_copy(update={"is_available": False}) if row.is_archived else record


def _record(snapshot: MenuSnapshot, identifier: str) -> schemas.PizzaRecord:
    found = selectors.find_item(snapshot.pizzas, identifier)
    if found is None:
        raise Http404
    return schemas.pizza_record(found, snapshot.sizes.values(), at=clock.now())
