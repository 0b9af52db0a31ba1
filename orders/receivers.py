"""
Receivers of the orders app.

The kitchen sends its signals inside the transaction of the kitchen's command; the relay sends the orders' own signals
after the commit.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from kitchen import signals as kitchen_signals
from kitchen.models import TicketState
from kitchen.promises import Promise
from orders import services, signals, tasks
from orders.selectors import quotes
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.models import StoredEvent


@receiver(kitchen_signals.cooking_started, dispatch_uid="orders.on_cooking_started")
def on_cooking_started(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    services.mark_cooking(ref=ref, by=by, at=at)


@receiver(kitchen_signals.ticket_recalled, dispatch_uid="orders.on_ticket_recalled")
def on_ticket_recalled(*, ref: UUID, to: TicketState, by: Actor, at: datetime, **_: object) -> None:
    services.mark_recalled(ref=ref, to=to, by=by, at=at)


@receiver(kitchen_signals.ticket_ready, dispatch_uid="orders.on_ticket_ready")
def on_ticket_ready(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    services.mark_ready(ref=ref, by=by, at=at)


@receiver(kitchen_signals.promises_changed, dispatch_uid="orders.on_promises_changed")
def on_promises_changed(*, promises: Mapping[UUID, Promise], at: datetime, **_: object) -> None:
    services.extend_missed_promises(promises=promises, at=at)


@receiver(kitchen_signals.board_changed, dispatch_uid="orders.on_board_changed")
def on_board_changed(**_: object) -> None:
    transaction.on_commit(quotes.invalidate_quote, robust=True)


@receiver(
    [
        signals.order_placed,
        signals.order_confirmed,
        signals.order_cooking_started,
        signals.order_ready,
        signals.order_out_for_delivery,
        signals.order_delivered,
        signals.order_promise_changed,
        signals.order_cancelled,
    ],
    dispatch_uid="orders.on_order_event",
)
def on_order_event(*, event: StoredEvent, **_: object) -> None:
    tasks.create_and_queue_notifications(event_id=event.pk)
