"""An order's timeline: its events as a manager reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.events import (
    OrderAdopted,
    OrderCancelled,
    OrderConfirmed,
    OrderCookingStarted,
    OrderDelivered,
    OrderDeliveryFailed,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderOutForDelivery,
    OrderPlaced,
    OrderPromiseChanged,
    OrderReady,
    OrderRecalled,
)
from pizzeria.foundation import clock
from pizzeria.foundation.events import facts
from pizzeria.foundation.events.models import Event
from pizzeria.foundation.money import written

_IN_A_WORD = {
    OrderCookingStarted: gettext_lazy("Into the oven"),
    OrderReady: gettext_lazy("Out of the oven"),
    OrderDriverAssigned: gettext_lazy("Given to a driver"),
    OrderDriverUnassigned: gettext_lazy("Taken from its driver"),
    OrderOutForDelivery: gettext_lazy("Left the shop"),
    OrderAdopted: gettext_lazy("Taken into an account"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    seq: int
    at: datetime
    who: str
    what: str
    type: str


def timeline(ref: UUID) -> list[Happening]:
    """List what happened to an order, oldest first. Two queries: the events, and the names of who did it."""
    events = list(Event.objects.filter(aggregate_ref=ref).order_by("seq"))
    ids = {event.actor for event in events if event.actor.isdecimal()}
    people = {str(user.pk): str(user) for user in get_user_model().objects.filter(pk__in=ids)} if ids else {}
    return [
        Happening(event.seq, event.at, people.get(event.actor, event.actor), _read(event), event.type)
        for event in events
    ]


def _read(event: Event) -> str:
    try:
        return _what(facts.read(event))
    except LookupError:  # written by a newer release than this one
        return event.type


def _what(fact: facts.Fact[Any]) -> str:
    match fact:
        case OrderPlaced():
            return _("Placed as #%(number)d, %(total)s, promised %(from)s to %(until)s") % {
                "number": fact.number,
                "total": written(fact.total),
                "from": clock.wall_clock(fact.promise_from),
                "until": clock.wall_clock(fact.promise_until),
            }
        case OrderConfirmed():
            return _("Confirmed, %(method)s, payment %(payment)s") % {
                "method": fact.payment_method.label,
                "payment": fact.payment,
            }
        case OrderRecalled():
            return _("Recalled: back into the oven") if fact.to == "cooking" else _("Recalled: back into the line")
        case OrderDeliveryFailed():
            return _("Came back: %(reason)s") % {"reason": fact.reason.label}
        case OrderPromiseChanged():
            return _("Promised anew: %(from)s to %(until)s") % {
                "from": clock.wall_clock(fact.promise_from),
                "until": clock.wall_clock(fact.promise_until),
            }
        case OrderCancelled():
            return _("Cancelled: %(reason)s") % {"reason": fact.reason.label}
        case OrderDelivered():
            return _("Handed over, %(cash)s taken in cash") % {"cash": written(fact.cash_taken)}
    return str(_IN_A_WORD.get(type(fact), fact.type))
