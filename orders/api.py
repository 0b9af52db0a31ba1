"""API endpoints of orders."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status

from kitchen.models import FulfillmentMethod
from orders import policies, schemas, selectors, services
from orders.exceptions import OrderStateConflict
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of
from pizzeria.foundation.api.conditional_get import conditional_get
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api.pages import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from pizzeria.foundation.api.requests import naming_fields
from pizzeria.foundation.api.schemas import Moment
from pizzeria.foundation.api_auth import PrincipalKind, principal_for_request, requires_scope
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.scopes import Scope

router = Router(tags=["orders"])
profile_router = Router(tags=["profile"])

MAX_PIZZAS = 1000  # of one order for which slots are asked: more than any shop bakes at once

StatusFilter = Literal["active", "pending", "confirmed", "cooking", "ready", "delivering", "delivered", "cancelled"]


@router.post("", auth=requires_scope(Scope.ORDERS_WRITE), response={201: schemas.OrderRecord}, summary="Place an order")
def place_order(
    request: HttpRequest, response: HttpResponse, body: schemas.OrderRequest, key: IdempotencyKeyHeader = None
) -> Status[schemas.OrderRecord]:
    """
    Place an order, at the prices of the menu.

    In cash it is confirmed at once; by card it is pending until it is paid at `payment.url`. While the kitchen is at
    capacity, the answer is 409 with `Retry-After`.

    The guest of a program that orders on its own account has no account here: the pages of such an order, and those in
    its messages, open by their link alone.
    """
    by = actor_of(request)
    with naming_fields(body.field_names()):
        order = services.place_order(
            ref=uuid7(),
            items=body.selected(),
            contact=body.contact(),
            shown_total=body.expected_total,
            method=body.method,
            coupon=body.coupon,
            tip=body.tip_choice(),
            payment_method=body.payment_method,
            wanted_at=body.wanted_at,
            has_guest_link=principal_for_request(request).kind is PrincipalKind.SERVICE,
            by=by,
            at=clock.now(),
            idempotency=idempotent_request(request, key),
        )
    response.headers["Location"] = reverse("api:order", args=[order.ref])
    return Status(201, _record(order.ref, by))


@router.post("/quote", auth=requires_scope(Scope.ORDERS_WRITE), response=schemas.QuoteRecord, summary="Quote an order")
def quote_order(request: HttpRequest, body: schemas.OrderRequest) -> schemas.QuoteRecord:
    """Return what an order would cost and when it would be ready. Nothing is placed, and no price is kept."""
    with naming_fields(body.field_names()):
        quote = services.quote_order(
            items=body.selected(),
            contact=body.contact(),
            method=body.method,
            coupon=body.coupon,
            tip=body.tip_choice(),
            payment_method=body.payment_method,
            wanted_at=body.wanted_at,
            by=actor_of(request),
            at=clock.now(),
        )
    return schemas.quote_record(quote)


@router.get(
    "/slots",
    auth=requires_scope(Scope.ORDERS_WRITE),
    response=list[schemas.SlotRecord],
    summary="Times for orders for later",
)
def slots(
    request: HttpRequest,
    *,
    method: FulfillmentMethod = FulfillmentMethod.PICKUP,
    pizzas: Annotated[int, Query(1, ge=0, le=MAX_PIZZAS, description="How many the order has")] = 1,
    postal_code: Annotated[str, Query("", max_length=12, description="To where it is delivered")] = "",
) -> list[schemas.SlotRecord]:
    """
    Return the times at which such an order can be wanted, the next one first; none: the shop takes no orders for later.

    They are those for pizzas that take a usual time in the oven. A larger order, or somebody who is quicker, may make
    one impossible: then the order is refused with the code `slot_full` or `slot_not_offered`.
    """
    at = clock.now()
    return schemas.slot_records(selectors.offered_slots(method, pizzas=pizzas, postal_code=postal_code, at=at), at=at)


@router.get("", auth=requires_scope(Scope.ORDERS_READ), response=Page[schemas.OrderRecord], summary="Orders")
def orders(
    request: HttpRequest,
    *,
    status: StatusFilter | None = None,
    since: Annotated[Moment | None, Query(None, description="Placed then or later")] = None,
    until: Annotated[Moment | None, Query(None, description="Placed before then")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[schemas.OrderRecord]:
    """
    Return orders, newest first: a customer's own, those a driver delivers or could deliver, all for other staff.

    `status=active`: neither delivered nor cancelled.
    """
    by = actor_of(request)
    found = selectors.readable_orders(by)
    if status:
        found = selectors.with_status(found, status)
    if since:
        found = found.filter(placed_at__gte=since)
    if until:
        found = found.filter(placed_at__lt=until)
    page, next_cursor = page_of(found, cursor=cursor, limit=limit)
    return Page(items=schemas.order_records(page, by=by), next_cursor=next_cursor)


@router.get(
    "/{uuid:order_id}",
    auth=requires_scope(Scope.ORDERS_READ),
    response=schemas.OrderRecord,
    summary="One order",
    url_name="order",
)
@conditional_get
def order(request: HttpRequest, order_id: UUID) -> schemas.OrderRecord:
    """Return an order that the caller may see; any other is not found."""
    by = actor_of(request)
    return schemas.order_record(_readable(order_id, by), by=by)


@router.delete(
    "/{uuid:order_id}",
    auth=requires_scope(Scope.ORDERS_WRITE, Scope.KITCHEN_MANAGE),
    response=schemas.OrderRecord,
    summary="Cancel an order",
)
def cancel_order(
    request: HttpRequest,
    order_id: UUID,
    reason: Annotated[
        schemas.Reason | None,
        Query(
            None, description="Required of staff; which ones are possible depends on the status. Customers need none"
        ),
    ] = None,
    note: Annotated[
        schemas.Note, Query("", description="For the customer to read; required with the reason `other`")
    ] = "",
) -> schemas.OrderRecord:
    """
    Cancel an order, and refund what was paid.

    A customer can cancel until cooking begins. The order stays, with the status `cancelled`. Nothing happens if it has
    that status, so a request whose answer was lost can be sent again.
    """
    by = actor_of(request)
    try:
        services.cancel_order(
            ref=order_id, reason=CancelReason(reason) if reason else None, note=note, by=by, at=clock.now()
        )
    except OrderStateConflict:
        if selectors.order_with_content(order_id).status != OrderStatus.CANCELLED:
            raise
    return _record(order_id, by)


@router.get(
    "/{uuid:order_id}/events",
    auth=requires_scope(Scope.ORDERS_READ),
    response=list[schemas.EventRecord],
    summary="The events of an order",
    url_name="order_events",
)
@conditional_get
def order_events(request: HttpRequest, order_id: UUID) -> list[schemas.EventRecord]:
    """Return everything that has happened to an order, in its sequence."""
    found = _readable(order_id, actor_of(request))
    return [schemas.event_record(event, found) for event in selectors.events_of(found)]


@router.post(
    "/{uuid:order_id}/hand-over",
    auth=requires_scope(Scope.KITCHEN_MANAGE),
    response=schemas.OrderRecord,
    summary="Hand over at the counter",
)
def hand_over(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> schemas.OrderRecord:
    """Hand over a ready order at the counter, and take the cash that is due."""
    by = actor_of(request)
    services.hand_over(ref=order_id, by=by, at=clock.database_now(), idempotency=idempotent_request(request, key))
    return _record(order_id, by)


@profile_router.get(
    "/orders",
    auth=requires_scope(Scope.ORDERS_READ),
    response=Page[schemas.OrderRecord],
    summary="The caller's own orders",
)
def own_orders(request: HttpRequest, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[schemas.OrderRecord]:
    """Return the orders of the caller's own account, newest first; also to staff."""
    by = actor_of(request)
    page, next_cursor = page_of(selectors.own_orders(by), cursor=cursor, limit=limit)
    return Page(items=schemas.order_records(page, by=by), next_cursor=next_cursor)


def _readable(ref: UUID, by: Actor) -> Order:
    """
    Return an order that the actor may read.

    :raises OrderNotFound: there is none
    """
    found = selectors.readable_orders(by).filter(ref=ref).first()
    if found is None:
        raise policies.order_not_found()
    return found


def _record(ref: UUID, by: Actor) -> schemas.OrderRecord:
    """Return an order on which the actor has just acted."""
    return schemas.order_record(selectors.order_with_content(ref), by=by)
