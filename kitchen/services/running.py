"""Running the kitchen: pausing it, and saying how much it can hold."""

from datetime import datetime

from django.utils.translation import gettext as _

from kitchen.events import CapacityChanged, KitchenPaused, KitchenResumed
from kitchen.models import LOAD, Kitchen, TicketState
from kitchen.permissions import CHANGE_CAPACITY, PAUSE
from kitchen.services.line import board_changed, line_changed, lock, refuse_unless_kitchen
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal


class PauseRefused(Refusal):
    code = "pause_refused"
    status = 422


class CapacityTooLow(Refusal):
    """Less than what is open now."""

    code = "capacity_too_low"
    status = 422


@command
def pause(*, kitchen: Kitchen, reason: str, until: datetime | None, by: Actor, at: datetime) -> Kitchen:
    """
    Take no orders for a while. What is in the line is cooked as ever.

    :param reason: told to guests
    :param until: when orders are taken again by themselves; None: until somebody says so
    :raises PauseRefused: no reason, or `until` is not after `at`
    """
    refuse_unless_kitchen(by, PAUSE)
    if not reason:
        raise PauseRefused(_("Please say why, for guests to read."), field="reason")
    if until is not None and until <= at:
        raise PauseRefused(_("That time has passed already."), field="until")
    line = lock(kitchen.pk)
    line.pause_reason = reason
    board_changed(line)
    record(line, KitchenPaused(until=until), by=by, at=at)
    return line


@command
def resume(*, kitchen: Kitchen, by: Actor, at: datetime) -> Kitchen:
    """Take orders again. Nothing happens if it does."""
    refuse_unless_kitchen(by, PAUSE)
    line = lock(kitchen.pk)
    if not line.taking_orders:
        board_changed(line)
        record(line, KitchenResumed(), by=by, at=at)
    return line


@command
def change_capacity(
    *, kitchen: Kitchen, max_concurrent_orders: int, cooking_places: int, by: Actor, at: datetime
) -> Kitchen:
    """
    Change how many orders can be open, and how many can cook at once. Nothing happens if it is so already.

    :raises CapacityTooLow: less than one, or less than what is open or cooking now
    """
    if not by.may(CHANGE_CAPACITY):
        raise NotAllowed(_("Only managers can do that."))
    line = lock(kitchen.pk)
    states = list(line.tickets.filter(state__in=LOAD).values_list("state", flat=True))
    load, cooking = len(states), states.count(TicketState.COOKING)
    if max_concurrent_orders < max(1, load):
        raise CapacityTooLow(
            _("%(load)d orders are open now; it cannot be less.") % {"load": max(1, load)},
            field="max_concurrent_orders",
        )
    if cooking_places < max(1, cooking):
        raise CapacityTooLow(
            _("%(cooking)d orders are cooking now; it cannot be less.") % {"cooking": max(1, cooking)},
            field="cooking_places",
        )
    if (max_concurrent_orders, cooking_places) == (line.max_concurrent_orders, line.cooking_places):
        return line
    domain_event = CapacityChanged(max_concurrent_orders=max_concurrent_orders, cooking_places=cooking_places)
    record(line, domain_event, by=by, at=at)
    line_changed(line, at=at)
    return line
