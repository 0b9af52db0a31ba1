"""The events of an order as text for managers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitchen import slot_labels
from orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderCookingStarted,
    OrderDelivered,
    OrderDeliveryFailed,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderLinkedToCustomer,
    OrderNotesChanged,
    OrderOutForDelivery,
    OrderPaymentCaptured,
    OrderPaymentFailed,
    OrderPlaced,
    OrderPromiseChanged,
    OrderReady,
    OrderRecalled,
    OrderRefunded,
    OrderRefundRequested,
    OrderStepUndone,
)
from pizzeria.foundation import clock
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import format_amount

_LABELS = {
    OrderCookingStarted: gettext_lazy("Cooking started"),
    OrderReady: gettext_lazy("Ready"),
    OrderDriverAssigned: gettext_lazy("Driver assigned"),
    OrderDriverUnassigned: gettext_lazy("Driver unassigned"),
    OrderOutForDelivery: gettext_lazy("Left the shop"),
    OrderLinkedToCustomer: gettext_lazy("Linked to an account"),
}


def event_text(event: StoredEvent, *, refund_reason: str = "") -> str:
    """
    Return what an event says; its type if that is of a newer release.

    :param refund_reason: why a manager has requested the refund; blank: the event's own reason says it
    """
    try:
        domain_event = domain_events.load(event)
        if refund_reason and isinstance(domain_event, OrderRefundRequested):
            return _refund_text(domain_event.amount, refund_reason)
        return _describe(domain_event, event.at)
    except (domain_events.EventUnreadable, ValueError):  # the event, or a value in it, is of a newer release
        return event.type


def _describe(domain_event: domain_events.DomainEvent[Any], at: datetime) -> str:
    match domain_event:
        case OrderPlaced():
            wanted = domain_event.wanted_at
            text = _("Placed as #%(number)d, %(total)s, promised %(from)s to %(until)s")
            if wanted:
                text = _("Placed as #%(number)d, %(total)s, wanted for %(wanted)s, promised %(from)s to %(until)s")
            return text % {
                "number": domain_event.number,
                "wanted": slot_labels.label(wanted, at=at) if wanted else "",
                "total": format_amount(domain_event.total),
                "from": clock.day_and_time(domain_event.promise_from, at=at),
                "until": clock.wall_clock(domain_event.promise_until),
            }
        case OrderConfirmed():
            return _("Confirmed, %(method)s, payment %(payment)s") % {
                "method": domain_event.payment_method.label,
                "payment": domain_event.payment,
            }
        case OrderPaymentCaptured() | OrderPaymentFailed() | OrderRefundRequested() | OrderRefunded():
            return _describe_payment(domain_event)
        case OrderRecalled():
            if domain_event.to == "cooking":
                return _("Recalled: back into the oven")
            return _("Recalled: back into the queue")
        case OrderStepUndone():
            return _describe_undo(domain_event)
        case OrderDeliveryFailed():
            return _("Delivery failed: %(reason)s") % {"reason": domain_event.reason.label}
        case OrderPromiseChanged():
            return _("New promise: %(from)s to %(until)s") % {
                "from": clock.day_and_time(domain_event.promise_from, at=at),
                "until": clock.wall_clock(domain_event.promise_until),
            }
        case OrderNotesChanged():
            return _describe_notes(domain_event)
        case OrderCancelled():
            return _("Cancelled: %(reason)s") % {"reason": domain_event.reason.label}
        case OrderDelivered(cash_taken=cash):
            taken = _("Handed over, %(cash)s taken in cash") % {"cash": format_amount(cash)}
            return taken if cash else _("Handed over")
    return str(_LABELS.get(type(domain_event), domain_event.type))


def _describe_notes(domain_event: OrderNotesChanged) -> str:
    if domain_event.notes and domain_event.allergies:
        return _("Notes and allergies changed")
    return _("Allergies changed") if domain_event.allergies else _("Notes changed")


def _describe_undo(domain_event: OrderStepUndone) -> str:
    match domain_event:
        case OrderStepUndone(undone=OrderCookingStarted.type):
            return _("Start undone")
        case OrderStepUndone(undone=OrderReady.type):
            return _("Finish undone")
        case OrderStepUndone(cash_returned=cash) if cash:
            return _("Handover undone, %(cash)s given back in cash") % {"cash": format_amount(cash)}
    return _("Handover undone")


def _describe_payment(
    domain_event: OrderPaymentCaptured | OrderPaymentFailed | OrderRefundRequested | OrderRefunded,
) -> str:
    match domain_event:
        case OrderPaymentCaptured(amount=amount):
            return _("%(amount)s paid") % {"amount": format_amount(amount)}
        case OrderPaymentFailed(reason=reason):
            return _("Payment failed: %(reason)s") % {"reason": reason.label}
        case OrderRefundRequested(amount=amount, reason=reason):
            return _refund_text(amount, str(reason.label))
        case OrderRefunded(amount=amount):
            return _("%(amount)s refunded") % {"amount": format_amount(amount)}


def _refund_text(amount: Decimal, reason: str) -> str:
    return _("Refund of %(amount)s: %(reason)s") % {"amount": format_amount(amount), "reason": reason}
