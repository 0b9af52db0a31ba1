"""
Settings of the kitchen: the commands that pause it, resume it, and change its capacity and its other numbers.

With `idempotency=`, the same request sent again returns the kitchen as it is then.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen.capacity import load_of
from kitchen.events import CapacityChanged, KitchenPaused, KitchenResumed
from kitchen.models import Kitchen, TicketState
from kitchen.permissions import PAUSE
from kitchen.services.queue import (
    bump_board_version,
    lock_for_settings,
    refuse_unless_permitted,
    send_board_and_promises,
)
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.ends import refuse_unless_ahead
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal


class Unchanged(Enum):
    """The kind of `UNCHANGED`: a limit that a change leaves as it is. None would be "no limit"."""

    UNCHANGED = auto()


UNCHANGED = Unchanged.UNCHANGED


class PauseRefused(Refusal):
    code = "pause_refused"
    status = 422


class CapacityTooLow(Refusal):
    """The new capacity is less than what is open or cooking now."""

    code = "capacity_too_low"


def _kitchen_ref(arguments: Mapping[str, Any]) -> UUID:
    kitchen: Kitchen = arguments["kitchen"]
    return kitchen.ref


def _replay(ref: UUID) -> Kitchen:
    return Kitchen.objects.get(ref=ref)


@command(replay=_replay, result_ref=_kitchen_ref)
def pause(
    *,
    kitchen: Kitchen,
    reason: str,
    until: datetime | None,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Kitchen:
    """
    Stop accepting orders for a while. Tickets in the queue are still cooked.

    :param reason: shown to guests
    :param until: when orders are accepted again automatically; None: when the kitchen is resumed
    :raises PauseRefused: no reason
    :raises UntilPassed, UntilTooFar: `until` is not after `at`, or more than a year
    :raises NotAllowed: the actor does not work in the kitchen
    """
    refuse_unless_permitted(by, PAUSE)
    if not reason:
        raise PauseRefused(_("Please say why, for guests to read."), field="reason")
    refuse_unless_ahead(until, at=at)
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    kitchen.pause_reason = reason
    record(kitchen, KitchenPaused(until=until), by=by, at=at)
    bump_board_version(kitchen)
    return kitchen


@command(replay=_replay, result_ref=_kitchen_ref)
def resume(*, kitchen: Kitchen, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None) -> Kitchen:
    """
    Accept orders again, also where a pause has ended by itself. Nothing happens without a pause.

    :raises NotAllowed: the actor does not work in the kitchen
    """
    refuse_unless_permitted(by, PAUSE)
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if not kitchen.taking_orders:
        record(kitchen, KitchenResumed(), by=by, at=at)
        bump_board_version(kitchen)
    return kitchen


@command
def change_capacity(
    *,
    kitchen: Kitchen,
    max_concurrent_orders: int | Unchanged = UNCHANGED,
    oven_slots: int | Unchanged = UNCHANGED,
    max_open_pizzas: int | Unchanged | None = UNCHANGED,
    shown: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> Kitchen:
    """
    Change how many orders and pizzas can be open, and how many orders can cook at once.

    A limit that is not given stays as it is by then. Nothing happens if all are unchanged.

    :param max_open_pizzas: None: no limit beside that of the orders
    :param shown: the numbers that the actor has seen, if they are to be as they were
    :raises CapacityTooLow: lowered to less than one, or to less than what is open or cooking now
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of the shown numbers is no longer so
    """
    kitchen = lock_for_settings(kitchen, by=by)
    refuse_if_changed_meanwhile(kitchen, shown=shown or {})
    changed = CapacityChanged(
        max_concurrent_orders=_merged(kitchen.max_concurrent_orders, max_concurrent_orders),
        oven_slots=_merged(kitchen.oven_slots, oven_slots),
        max_open_pizzas=_merged(kitchen.max_open_pizzas, max_open_pizzas),
    )
    if any(getattr(kitchen, field) != value for field, value in changed.model_dump().items()):
        _refuse_below_load(kitchen, changed)
        record(kitchen, changed, by=by, at=at)
        send_board_and_promises(kitchen, at=at)
    return kitchen


def _merged[T](current: T, given: T | Unchanged) -> T:
    return current if isinstance(given, Unchanged) else given


def _refuse_below_load(kitchen: Kitchen, changed: CapacityChanged) -> None:
    """
    Refuse a limit that is lowered to less than what is open or cooking.

    :param kitchen: locked
    :raises CapacityTooLow: one is
    """
    tickets = list(kitchen.tickets.in_queue())
    load, cooking = load_of(tickets), sum(ticket.state == TicketState.COOKING for ticket in tickets)
    if changed.max_concurrent_orders < min(max(1, load.orders), kitchen.max_concurrent_orders):
        raise CapacityTooLow(
            _("%(load)d orders are open now; it cannot be less.") % {"load": max(1, load.orders)},
            field="max_concurrent_orders",
        )
    if changed.max_open_pizzas is not None and changed.max_open_pizzas < min(
        max(1, load.pizzas), kitchen.max_open_pizzas or max(1, load.pizzas)
    ):
        raise CapacityTooLow(
            _("%(load)d pizzas are open now; it cannot be less.") % {"load": max(1, load.pizzas)},
            field="max_open_pizzas",
        )
    if changed.oven_slots < min(max(1, cooking), kitchen.oven_slots):
        raise CapacityTooLow(
            _("%(cooking)d orders are cooking now; it cannot be less.") % {"cooking": max(1, cooking)},
            field="oven_slots",
        )
