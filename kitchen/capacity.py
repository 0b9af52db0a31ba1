"""The check whether the kitchen accepts one more order, and its refusals."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen import promises, screens
from kitchen.models import LOAD, MAX_TICKET_MINUTES, Kitchen, Ticket
from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import current_shop

CLOSING_SOON = timedelta(minutes=30)  # before it closes, guests read when that is
RETRY_WITHOUT_SCREEN = timedelta(minutes=2)


class KitchenClosed(Refusal):
    """The shop is closed by its opening hours, or the kitchen is paused, or nobody watches its board."""

    code = "kitchen_closed"


class KitchenFull(Refusal):
    code = "kitchen_full"


class OrderTooLarge(Refusal):
    """The order is larger than the shop accepts without a call."""

    code = "order_too_large"
    status = 422

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{message} {current_shop().invitation_to_call}", field=field)


@dataclass(frozen=True, slots=True)
class Load:
    """What is held, waiting or cooking: the number of orders, and of the pizzas in them."""

    orders: int
    pizzas: int


def load_of(tickets: Iterable[Ticket]) -> Load:
    """Return the load of tickets; those in another state, and those for later, do not count."""
    pizzas = [ticket.pizzas for ticket in tickets if ticket.state in LOAD and not ticket.is_for_later]
    return Load(orders=len(pizzas), pizzas=sum(pizzas))


def is_full(kitchen: Kitchen, load: Load) -> bool:
    """Return whether the kitchen accepts no further order as soon as possible: one of its limits is reached."""
    max_pizzas = kitchen.max_open_pizzas
    return load.orders >= kitchen.max_concurrent_orders or (max_pizzas is not None and load.pizzas >= max_pizzas)


def refuse_unless_capacity(
    kitchen: Kitchen, tickets: Sequence[Ticket], *, pizza_minutes: Sequence[int], at: datetime
) -> None:
    """
    Refuse if the kitchen does not accept an order as soon as possible.

    :param tickets: those in the queue
    :param pizza_minutes: minutes in the oven, one entry per pizza of the order
    :raises KitchenClosed: the shop is closed, or the kitchen is paused, or no screen shows the board and it stops then
    :raises OrderTooLarge: the order has more pizzas than may be open at all, or takes longer than a ticket can
    :raises KitchenFull: with it, more orders or more pizzas would be open than may be
    """
    if not kitchen.accepts_orders(at):
        raise _retried_at(KitchenClosed(_closed_message(kitchen, at)), kitchen.opens_at(at), at=at)
    if kitchen.stops_without_screen and not screens.has_live_screen(kitchen, at):
        raise _retried_at(KitchenClosed(_unwatched_message()), at + RETRY_WITHOUT_SCREEN, at=at)
    pizzas, load, max_pizzas = len(pizza_minutes), load_of(tickets), kitchen.max_open_pizzas
    is_too_long = promises.ticket_minutes(pizza_minutes, shop=current_shop()) > MAX_TICKET_MINUTES
    if is_too_long or (max_pizzas is not None and pizzas > max_pizzas):
        raise OrderTooLarge(_("Our oven cannot make that many pizzas at once."))
    if load.orders >= kitchen.max_concurrent_orders:
        raise _kitchen_full(tickets, room=0, at=at)
    if pizzas and max_pizzas is not None and load.pizzas + pizzas > max_pizzas:
        raise _kitchen_full(tickets, room=max_pizzas - load.pizzas, at=at)


def closing_text(closes_at: datetime | None, *, at: datetime) -> str:
    """Return the sentence that says when the shop closes, in the last half an hour before; else blank."""
    if closes_at is None or closes_at - at > CLOSING_SOON:
        return ""
    return _("We close at %(time)s.") % {"time": clock.wall_clock(closes_at)}


def _kitchen_full(tickets: Sequence[Ticket], *, room: int, at: datetime) -> Refusal:
    """
    Return the refusal of an order, with when to try again.

    :param room: how many pizzas a smaller order could have
    """
    reason = _("The kitchen is at capacity.")
    if room > 0:
        only = ngettext(
            "The kitchen can take only %(room)d more pizza at the moment.",
            "The kitchen can take only %(room)d more pizzas at the moment.",
            room,
        )
        reason = only % {"room": room}
    next_ready_at = promises.next_ready_time(tickets, at=at)
    retry = _("Please try again %(wait)s.") % {"wait": promises.wait_text(next_ready_at, at)}
    return _retried_at(KitchenFull(f"{reason} {retry}"), next_ready_at, at=at)


def _retried_at(refusal: Refusal, moment: datetime | None, *, at: datetime) -> Refusal:
    """Return a refusal with when the same order may be accepted; None: unknown."""
    if moment is not None:
        refusal.retry_after = math.ceil((moment - at).total_seconds())
    return refusal


def _closed_message(kitchen: Kitchen, at: datetime) -> str:
    """Return why no orders are accepted: of a break in the opening hours its reason, else when the shop opens."""
    opens_at = kitchen.opens_at(at)
    if kitchen.is_paused(at) and (opens_at is None or kitchen.hours.is_open(at)):
        return _pause_message(kitchen.pause_reason, opens_at, at=at)
    if opens_at is None:
        return _("We are closed until further notice.")
    if clock.business_date(opens_at) == clock.business_date(at):
        return _("We are closed. We open again at %(time)s.") % {"time": clock.wall_clock(opens_at)}
    return _("We are closed. We open again %(time)s.") % {"time": clock.weekday_or_date(opens_at, at=at)}


def _unwatched_message() -> str:
    message = _("The kitchen cannot take your order right now. Please try again in a few minutes.")
    return f"{message} {current_shop().invitation_to_call}"


def _pause_message(reason: str, opens_at: datetime | None, *, at: datetime) -> str:
    reason = _(" (%(reason)s)") % {"reason": reason} if reason else ""
    if opens_at is None:
        return _("The kitchen is taking a break%(reason)s. Please try again later.") % {"reason": reason}
    return _("The kitchen is taking a break%(reason)s. Please try again after %(time)s.") % {
        "reason": reason,
        "time": clock.day_and_time(opens_at, at=at),
    }
