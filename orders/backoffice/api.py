"""API endpoint for every step of an order, whichever part of the shop takes it."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from orders import schemas, selectors
from orders.backoffice import steps
from orders.models import DELIVERY_FAILURE_REASONS, CancelReason, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.schemas import RequestBody, with_example
from pizzeria.foundation.api_auth import InsufficientScope, principal_for_request, requires_scope
from pizzeria.foundation.scopes import Scope

router = Router(tags=["orders"])


class StatusRequest(RequestBody):
    model_config = with_example(status="cooking")

    status: OrderStatus = Field(description="The status that the order is to have", examples=["cooking"])
    reason: schemas.Reason | None = Field(
        default=None,
        description="Required of staff who cancel, and of a driver who brings an order back: "
        f"{', '.join(f'`{reason}`' for reason in DELIVERY_FAILURE_REASONS)}",
    )
    note: Annotated[
        schemas.Note, Field(description="To the reason, for the customer to read; required with the reason `other`")
    ] = ""


@router.put(
    "/{uuid:order_id}/status",
    auth=requires_scope(Scope.ORDERS_WRITE, Scope.KITCHEN_MANAGE, Scope.DELIVERY_MANAGE),
    response=schemas.OrderRecord,
    summary="Take the step to a status",
)
def change_status(request: HttpRequest, order_id: UUID, body: StatusRequest) -> schemas.OrderRecord:
    """
    Take the step that leads from the order's status to another one. Nothing happens if it has that status.

    | from | to | what happens | scope |
    |---|---|---|---|
    | confirmed | cooking | it is put into the oven | kitchen:manage |
    | cooking | ready | it is taken out of the oven | kitchen:manage |
    | ready | cooking | it is recalled; `confirmed` if every oven slot is taken | kitchen:manage |
    | ready | delivered | it is handed over at the counter, and the cash due is taken | kitchen:manage |
    | ready | delivering | its driver, who has claimed it, leaves with it | delivery:manage |
    | delivering | delivered | it is handed over at the door, and the cash due is taken | delivery:manage |
    | delivering | ready | its driver brings it back | delivery:manage |
    | any of these, pending | cancelled | it is cancelled, and refunded | orders:write or kitchen:manage |

    Every other step is refused (409).
    """
    by = actor_of(request)
    order = steps.order_to_act_on(order_id, by)
    step = steps.step_to(body.status, order=order)
    if step is not None:
        principal = principal_for_request(request)
        if not any(principal.has(scope) for scope in step.scopes):
            raise InsufficientScope(step.scopes)
        reason = CancelReason(body.reason) if body.reason else None
        asked = steps.StepRequest(body.status, reason, body.note, by, clock.database_now())
        step.take(order_id, asked)
    return schemas.order_record(selectors.order_with_content(order_id), by=by)
