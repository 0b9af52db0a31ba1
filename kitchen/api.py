"""API endpoints of the kitchen: how busy it is, its queue, the cooks' steps, and its settings."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from kitchen import schemas, selectors, services
from kitchen.models import Kitchen, Ticket
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.idempotency import IdempotencyKeyHeader, idempotent_request
from pizzeria.foundation.api_auth import requires_scope
from pizzeria.foundation.scopes import Scope

router = Router(tags=["kitchen"])

READ, MANAGE = requires_scope(Scope.KITCHEN_READ), requires_scope(Scope.KITCHEN_MANAGE)


@router.get("/status", auth=READ, response=schemas.KitchenStatus, summary="How busy the kitchen is")
def status(request: HttpRequest) -> schemas.KitchenStatus:
    """Return the capacity of the kitchen, and its open orders."""
    return _status(selectors.the_kitchen())


@router.get("/queue", auth=READ, response=schemas.Queue, summary="The queue")
def queue(request: HttpRequest) -> schemas.Queue:
    """Return what is waiting, cooking and ready, with what is to be made."""
    return schemas.queue_record(selectors.board(selectors.the_kitchen(), at=clock.now()))


@router.post("/orders/{uuid:order_id}/start", auth=MANAGE, response=schemas.TicketRecord, summary="Start cooking")
def start(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> schemas.TicketRecord:
    """Put a waiting order into the oven, or begin early with one for later."""
    return _take_step(request, services.start_cooking, order_id, key)


@router.post("/orders/{uuid:order_id}/complete", auth=MANAGE, response=schemas.TicketRecord, summary="Finish cooking")
def complete(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> schemas.TicketRecord:
    """Take a cooking order out of the oven: it is ready."""
    return _take_step(request, services.finish_ticket, order_id, key)


@router.post("/orders/{uuid:order_id}/recall", auth=MANAGE, response=schemas.TicketRecord, summary="Recall")
def recall(request: HttpRequest, order_id: UUID, key: IdempotencyKeyHeader = None) -> schemas.TicketRecord:
    """Put a ready order back into the oven, or to the head of the waiting ones if every oven slot is taken."""
    return _take_step(request, services.recall_ticket, order_id, key)


@router.put("/capacity", auth=MANAGE, response=schemas.KitchenStatus, summary="Change the capacity")
def change_capacity(request: HttpRequest, body: schemas.CapacityChange) -> schemas.KitchenStatus:
    """Change how many orders and pizzas can be open, and how many orders cook at once. For managers."""
    changed = services.change_capacity(
        kitchen=selectors.the_kitchen(), **body.limits(), by=actor_of(request), at=clock.now()
    )
    return _status(changed)


@router.post("/pause", auth=MANAGE, response=schemas.KitchenStatus, summary="Pause")
def pause(request: HttpRequest, body: schemas.PauseRequest, key: IdempotencyKeyHeader = None) -> schemas.KitchenStatus:
    """Stop accepting orders for a while. What is in the queue is still cooked."""
    paused = services.pause(
        kitchen=selectors.the_kitchen(),
        reason=body.reason,
        until=body.until,
        by=actor_of(request),
        at=clock.now(),
        idempotency=idempotent_request(request, key),
    )
    return _status(paused)


@router.post("/resume", auth=MANAGE, response=schemas.KitchenStatus, summary="Resume")
def resume(request: HttpRequest, key: IdempotencyKeyHeader = None) -> schemas.KitchenStatus:
    """Accept orders again. Nothing happens without a pause."""
    resumed = services.resume(
        kitchen=selectors.the_kitchen(),
        by=actor_of(request),
        at=clock.now(),
        idempotency=idempotent_request(request, key),
    )
    return _status(resumed)


def _take_step(
    request: HttpRequest, command: Callable[..., Ticket], ref: UUID, key: str | None
) -> schemas.TicketRecord:
    ticket = command(
        ref=ref, by=actor_of(request), at=clock.database_now(), idempotency=idempotent_request(request, key)
    )
    return schemas.ticket_record(ticket)


def _status(kitchen: Kitchen) -> schemas.KitchenStatus:
    at = clock.now()
    return schemas.kitchen_status(kitchen, selectors.kitchen_load(kitchen, at=at), at=at)
