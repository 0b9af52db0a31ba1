"""
Receivers of the orders app.

The kitchen sends its signals inside the transaction of its command, so that ticket and order never disagree.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from kitchen import signals as kitchen_signals
from kitchen.models import TicketState
from kitchen.promises import Promise
from orders import services
from orders.selectors import quotes
from pizzeria.foundation.actor import Actor


@receiver(kitchen_signals.cooking_started, dispatch_uid="orders.on_cooking_started")
def on_cooking_started(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    services.mark_cooking(ref=ref, by=by, at=at)


@receiver(kitchen_signals.ticket_recalled, dispatch_uid="orders.on_ticket_recalled")
def on_ticket_recalled(*, ref: UUID, to: TicketState, by: Actor, at: datetime, **_: object) -> None:
    services.mark_recalled(ref=ref, to=to, by=by, at=at)


@receiver(kitchen_signals.ticket_ready, dispatch_uid="orders.on_ticket_ready")
def on_ticket_ready(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    services.mark_ready(ref=ref, by=by, at=at)


@receiver(kitchen_signals.step_undone, dispatch_uid="orders.on_step_undone")
def on_step_undone(*, ref: UUID, to: TicketState, by: Actor, at: datetime, **_: object) -> None:
    services.mark_undone(ref=ref, to=to, by=by, at=at)


@receiver(kitchen_signals.promises_changed, dispatch_uid="orders.on_promises_changed")
def on_promises_changed(*, promises: Mapping[UUID, Promise], at: datetime, **_: object) -> None:
    services.extend_missed_promises(promises=promises, at=at)


@receiver(kitchen_signals.board_changed, dispatch_uid="orders.on_board_changed")
def on_board_changed(**_: object) -> None:
    transaction.on_commit(quotes.invalidate_quote, robust=True)
