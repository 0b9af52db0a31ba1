"""Undo of an order's last step, within the command of the app that took it."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from kitchen.exceptions import TooLateToUndo
from orders.events import OrderCookingStarted, OrderDelivered, OrderReady, OrderStepUndone
from orders.models import Order, OrderStatus
from orders.selectors.order import can_be_undone, last_step
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.log import record
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import ZERO

type UndoableStep = type[OrderCookingStarted | OrderReady | OrderDelivered]


def undo_last_step(order: Order, step: UndoableStep, *, by: Actor, at: datetime) -> None:
    """
    Record that the last step of a locked order is undone. A promise that changed since is no step: it stays.

    :param step: the domain event of the step that the caller undoes
    :param at: by the database's clock, as that of the step; when the caller had its locks
    :raises TooLateToUndo: another step came last, or it was not the actor's own, or was too long ago
    """
    last, number = last_step(order.ref), {"number": order.number}
    if last is None or last.type != step.type:
        raise TooLateToUndo(_("#%(number)d has moved on, so that cannot be undone.") % number)
    if last.actor != str(by):
        raise TooLateToUndo(_("Somebody else did that to #%(number)d, so you cannot undo it.") % number)
    if not can_be_undone(last, by, at):
        raise TooLateToUndo(_("It is too late to undo that for #%(number)d.") % number)
    before = _order_before(last)
    record(
        order,
        OrderStepUndone(
            undone=step.type,
            seq=last.seq,
            status=OrderStatus(before.status),
            cooking_started_at=before.cooking_started_at,
            cash_returned=_cash_taken(last),
        ),
        by=by,
        at=at,
    )


def _order_before(step: StoredEvent) -> Order:
    order = Order(ref=step.aggregate_ref)
    earlier = StoredEvent.objects.filter(aggregate_ref=step.aggregate_ref, seq__lt=step.seq)
    domain_events.apply_all(order, earlier.order_by("seq"))
    return order


def _cash_taken(step: StoredEvent) -> Decimal:
    delivered = domain_events.load(step)
    return delivered.cash_taken if isinstance(delivered, OrderDelivered) else ZERO
