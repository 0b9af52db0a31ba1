"""The check whether the kitchen accepts one more order, and its refusals."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen import promises
from kitchen.models import LOAD, Kitchen, Ticket
from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal


class KitchenClosed(Refusal):
    code = "kitchen_closed"


class KitchenFull(Refusal):
    code = "kitchen_full"


def refuse_unless_capacity(kitchen: Kitchen, tickets: Sequence[Ticket], *, at: datetime) -> None:
    """
    Refuse if the kitchen accepts no order now.

    :param tickets: those in the queue
    :raises KitchenClosed: it is paused
    :raises KitchenFull: its load is at the maximum
    """
    if not kitchen.accepts_orders(at):
        raise KitchenClosed(_closed_message(kitchen))
    load = sum(ticket.state in LOAD for ticket in tickets)
    if load >= kitchen.max_concurrent_orders:
        minutes = promises.minutes_until(promises.next_ready_time(tickets, at=at), at)
        message = ngettext(
            "The kitchen is at capacity. Please try again in about a minute.",
            "The kitchen is at capacity. Please try again in about %(minutes)d minutes.",
            minutes,
        )
        raise KitchenFull(message % {"minutes": minutes})


def _closed_message(kitchen: Kitchen) -> str:
    reason = _(" (%(reason)s)") % {"reason": kitchen.pause_reason} if kitchen.pause_reason else ""
    if kitchen.paused_until is None:
        return _("The kitchen is taking a break%(reason)s. Please try again later.") % {"reason": reason}
    return _("The kitchen is taking a break%(reason)s. Please try again after %(time)s.") % {
        "reason": reason,
        "time": clock.wall_clock(kitchen.paused_until),
    }
