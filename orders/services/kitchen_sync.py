"""Steps of an order that follow its ticket, within the cook's command: ticket and order never disagree."""

from datetime import datetime
from uuid import UUID

from kitchen.models import TicketState
from orders.events import OrderCookingStarted, OrderDriverUnassigned, OrderReady, OrderRecalled
from orders.models import Order
from orders.services.locks import lock_order
from orders.services.undo import undo_last_step
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.log import record


def mark_cooking(*, ref: UUID, by: Actor, at: datetime) -> None:
    """Record that the order's ticket is in the oven."""
    record(lock_order(ref), OrderCookingStarted(staff=by.user_id), by=by, at=at)


def mark_ready(*, ref: UUID, by: Actor, at: datetime) -> None:
    """Record that the order's ticket is out of the oven."""
    record(lock_order(ref), OrderReady(), by=by, at=at)


def mark_recalled(*, ref: UUID, to: TicketState, by: Actor, at: datetime) -> None:
    """Record that the order's ticket was recalled, and unassign its driver, who has nothing to carry now."""
    order = lock_order(ref)
    domain_events: list[DomainEvent[Order]] = [OrderRecalled(to="cooking" if to == TicketState.COOKING else "waiting")]
    if order.driver_id is not None:
        domain_events.append(OrderDriverUnassigned(driver=order.driver_id))
    record(order, *domain_events, by=by, at=at)


def mark_undone(*, ref: UUID, to: TicketState, by: Actor, at: datetime) -> None:
    """
    Record that the start or the finish of the order's ticket was undone.

    :raises TooLateToUndo: the order has moved on
    """
    waited = clock.stopwatch()
    order = lock_order(ref)
    step = OrderReady if to == TicketState.COOKING else OrderCookingStarted
    undo_last_step(order, step, by=by, at=at + waited())
