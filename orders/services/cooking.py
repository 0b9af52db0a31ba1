"""Steps that follow the line, within the cook's command: ticket and order never disagree."""

from datetime import datetime
from uuid import UUID

from orders.events import OrderCookingStarted, OrderReady
from orders.services.locks import lock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.log import record


def mark_cooking(*, ref: UUID, by: Actor, at: datetime) -> None:
    """Note that the order's ticket is in the oven."""
    record(lock(ref), OrderCookingStarted(staff=by.user_id), by=by, at=at)


def mark_ready(*, ref: UUID, by: Actor, at: datetime) -> None:
    """Note that the order's ticket is out of the oven."""
    record(lock(ref), OrderReady(), by=by, at=at)
