"""API endpoints of deliveries: what waits for a driver, the own tour, and the steps of a delivery."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from orders import schemas as order_schemas
from orders import selectors as order_selectors
from orders.deliveries import selectors, services
from orders.deliveries.forms import AssignForm, DeliveryFailureForm
from orders.models import DELIVERY_FAILURE_REASONS, CancelReason, Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api.schemas import Amount, RequestBody, ResponseBody, cleaned_by, with_example
from pizzeria.foundation.api_auth import requires_scope
from pizzeria.foundation.scopes import Scope

router = Router(tags=["deliveries"])

READ, MANAGE = requires_scope(Scope.DELIVERY_READ), requires_scope(Scope.DELIVERY_MANAGE)


class DeliveryRecord(ResponseBody):
    """A delivery. The customer, the street and the notes are blank unless the caller has claimed it."""

    id: UUID = Field(description="The order's id")
    number: int = Field(examples=[42])
    business_date: date
    town: str = Field(description="Postal code and town", examples=["00183 Roma"])
    promise: order_schemas.PromiseRecord
    to_collect: Amount = Field(description="Cash to take at the door")
    driver: str = Field(description="The driver's name; blank: no driver yet")
    out_for_delivery_at: datetime | None = Field(description="Null: still at the counter")
    customer_name: str
    customer_phone: str = Field(examples=["+390612345678"])
    delivery_address: order_schemas.AddressRecord
    special_instructions: str


class TourRecord(ResponseBody):
    at_counter: list[DeliveryRecord] = Field(description="Claimed, not left yet")
    on_road: list[DeliveryRecord] = Field(description="Out for delivery")


class Assignment(RequestBody):
    model_config = with_example(driver="dario")

    driver: Annotated[
        str,
        Field(description="`id` of a driver", min_length=1),
        cleaned_by(AssignForm.base_fields["driver"], then=lambda user: str(user.pk)),
    ]


class Failure(RequestBody):
    model_config = with_example(reason="nobody_home", note="Nobody answered the door.")

    reason: order_schemas.Reason = Field(
        description="What the driver has found", json_schema_extra={"enum": [*DELIVERY_FAILURE_REASONS]}
    )
    note: Annotated[
        str, Field(description="Required with the reason `other`"), cleaned_by(DeliveryFailureForm.base_fields["note"])
    ] = ""


@router.get("/ready", auth=READ, response=list[DeliveryRecord], summary="Deliveries that wait for a driver")
def ready(request: HttpRequest) -> list[DeliveryRecord]:
    """Return the ready deliveries that nobody has claimed, the earliest promise first."""
    return _records(selectors.tour(actor_of(request)).unassigned)


@router.get("/tour", auth=READ, response=TourRecord, summary="The caller's tour")
def tour(request: HttpRequest) -> TourRecord:
    """Return the deliveries that the caller has claimed, with name, phone and address."""
    own = selectors.tour(actor_of(request))
    return TourRecord(at_counter=_records(own.own_at_counter), on_road=_records(own.own_on_road))


@router.get("/drivers", auth=MANAGE, response=list[order_schemas.DriverRecord], summary="The drivers")
def drivers(request: HttpRequest) -> list[order_schemas.DriverRecord]:
    """Return the people to whom a delivery can be assigned, by name. For managers."""
    found = selectors.drivers_for(actor_of(request))
    return [order_schemas.driver_record(driver) for driver in found]


@router.post("/orders/{uuid:order_id}/claim", auth=MANAGE, response=order_schemas.OrderRecord, summary="Claim")
def claim(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> order_schemas.OrderRecord:
    """Claim a ready delivery for the caller."""
    return _take_step(request, services.claim_delivery, order_id, key)


@router.post("/orders/{uuid:order_id}/release", auth=MANAGE, response=order_schemas.OrderRecord, summary="Release")
def release(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> order_schemas.OrderRecord:
    """Release a delivery that has not left yet."""
    return _take_step(request, services.release_delivery, order_id, key)


@router.post("/orders/{uuid:order_id}/leave", auth=MANAGE, response=order_schemas.OrderRecord, summary="Leave")
def leave(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> order_schemas.OrderRecord:
    """Leave the shop with a delivery."""
    return _take_step(request, services.leave_for_delivery, order_id, key)


@router.post("/orders/{uuid:order_id}/deliver", auth=MANAGE, response=order_schemas.OrderRecord, summary="Deliver")
def deliver(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> order_schemas.OrderRecord:
    """Hand over a delivery at its address, and take the cash that is due."""
    return _take_step(request, services.deliver, order_id, key)


@router.post("/orders/{uuid:order_id}/fail", auth=MANAGE, response=order_schemas.OrderRecord, summary="Bring back")
def fail(
    request: HttpRequest, order_id: UUID, body: Failure, key: IdempotencyKeyHeader = None
) -> order_schemas.OrderRecord:
    """Bring back a delivery that nobody accepted: it is ready again."""
    command = partial(services.fail_delivery, reason=CancelReason(body.reason), note=body.note)
    return _take_step(request, command, order_id, key)


@router.post("/orders/{uuid:order_id}/assign", auth=MANAGE, response=order_schemas.OrderRecord, summary="Assign")
def assign(
    request: HttpRequest, order_id: UUID, body: Assignment, key: IdempotencyKeyHeader = None
) -> order_schemas.OrderRecord:
    """Assign a ready delivery to a driver; it is taken from the driver who had it. For managers."""
    return _take_step(request, partial(services.assign_delivery, driver=int(body.driver)), order_id, key)


def _records(deliveries: list[selectors.Delivery]) -> list[DeliveryRecord]:
    return [_record(delivery) for delivery in deliveries]


def _record(delivery: selectors.Delivery) -> DeliveryRecord:
    return DeliveryRecord(
        id=delivery.ref,
        number=delivery.number,
        business_date=delivery.business_date,
        town=delivery.town,
        promise=order_schemas.PromiseRecord(earliest=delivery.promise_from, latest=delivery.promise_until),
        to_collect=delivery.to_collect,
        driver=delivery.driver,
        out_for_delivery_at=delivery.out_for_delivery_at,
        customer_name=delivery.name,
        customer_phone=delivery.phone,
        delivery_address=order_schemas.AddressRecord(
            street=delivery.street, city=delivery.city, zip_code=delivery.postal_code, directions=delivery.directions
        ),
        special_instructions=delivery.notes,
    )


def _take_step(
    request: HttpRequest, command: Callable[..., Order], ref: UUID, key: str | None
) -> order_schemas.OrderRecord:
    by = actor_of(request)
    command(ref=ref, by=by, at=clock.database_now(), idempotency=idempotent_request(request, key))
    return order_schemas.order_record(order_selectors.order_with_content(ref), by=by)
