"""Orders for later: the command that changes whether they are accepted, how many, and how far ahead."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import ngettext

from kitchen import selectors
from kitchen.events import LaterOrdersChanged
from kitchen.models import Kitchen
from kitchen.services.queue import bump_board_version, lock_for_settings
from kitchen.services.settings import CapacityTooLow
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record


@command
def change_later_orders(
    *,
    kitchen: Kitchen,
    max_slot_pizzas: int | None,
    later_days: int,
    lead_minutes: int,
    shown: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> Kitchen:
    """
    Change the orders for later. Those that are booked stay as they are; nothing happens if nothing changes.

    :param max_slot_pizzas: how many pizzas a quarter of an hour takes; None: no orders for later are accepted
    :param later_days: how many days after today can be chosen
    :param lead_minutes: from joining the queue to going into the oven
    :param shown: the values that the actor has seen, if they are to be as they were
    :raises CapacityTooLow: the limit is lowered to less than what is booked in a quarter of an hour
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of the shown values is no longer so
    """
    kitchen = lock_for_settings(kitchen, by=by)
    refuse_if_changed_meanwhile(kitchen, shown=shown or {})
    changed = LaterOrdersChanged(max_slot_pizzas=max_slot_pizzas, later_days=later_days, lead_minutes=lead_minutes)
    if any(getattr(kitchen, field) != value for field, value in changed.model_dump().items()):
        _refuse_below_booked(kitchen, max_slot_pizzas, at=at)
        record(kitchen, changed, by=by, at=at)
        bump_board_version(kitchen)
    return kitchen


def _refuse_below_booked(kitchen: Kitchen, limit: int | None, *, at: datetime) -> None:
    """
    Refuse a limit that is lowered to less than what is booked in a slot.

    :param kitchen: locked
    :raises CapacityTooLow: it is
    """
    if limit is None or limit == kitchen.max_slot_pizzas:
        return
    booked = selectors.booked_pizzas(kitchen, at=at)
    slot_at, pizzas = max(booked.items(), key=lambda slot: (slot[1], -slot[0].timestamp()), default=(at, 0))
    if pizzas > limit:
        message = ngettext(
            "%(count)d pizza is booked for %(time)s already; it cannot be less.",
            "%(count)d pizzas are booked for %(time)s already; it cannot be less.",
            pizzas,
        )
        time = clock.day_and_time(slot_at, at=at)
        raise CapacityTooLow(message % {"count": pizzas, "time": time}, field="max_slot_pizzas")
