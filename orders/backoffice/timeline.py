"""
The timeline of an order: its events, ticket, notifications, payments, refunds and receipts in one list.

What is still under way is shown where it began; what is done, when it was done.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kitchen.models import Ticket
from orders.backoffice.event_texts import event_text
from orders.models import Order
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from orders.payments.models import PaymentAttempt, Receipt, ReceiptKind, Refund, RefundRequest
from orders.payments.refundable import items_text
from orders.payments.selectors import receipt_url
from pizzeria.foundation.actor import ActorKind
from pizzeria.foundation.admin_history import names_of_people
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import format_amount

RESENDABLE = (NotificationState.DEAD, NotificationState.EXPIRED, NotificationState.FAILED)
_TROUBLE = (NotificationState.DEAD, NotificationState.FAILED)


class EntryKind(TextChoices):
    ORDER = "order", gettext_lazy("order")
    KITCHEN = "kitchen", gettext_lazy("kitchen")
    MESSAGE = "message", gettext_lazy("message")
    PAYMENT = "payment", gettext_lazy("payment")
    REFUND = "refund", gettext_lazy("refund")
    RECEIPT = "receipt", gettext_lazy("receipt")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """
    One row of a timeline.

    :ivar actor: a name, or an actor as in a stored event; blank: nobody's action
    :ivar detail: more of it, such as why it failed
    :ivar url: of a page with all there is to it; blank: there is none
    :ivar resend: the id of the notification that can be sent again; None: it is none
    """

    at: datetime
    kind: EntryKind
    text: str
    actor: str = ""
    detail: str = ""
    url: str = ""
    is_trouble: bool = False
    resend: int | None = None


def timeline(order: Order) -> list[TimelineEntry]:
    """Return the timeline of an order, newest first. Eight queries, nine once staff has acted."""
    prefetch_related_objects([order], "lines")
    refunds = list(Refund.objects.filter(attempt__order=order).order_by("pk"))
    requests = {request.ref: request for request in order.refund_requests.order_by("pk")}
    entries = [
        *_events(order, refunds, requests),
        *_ticket(order),
        *_notifications(order.notifications.order_by("pk")),
        *_payments(order.payment_attempts.order_by("pk")),
        *_refunds(refunds, requests),
        *_refund_requests(requests.values(), refunds),
        *_receipts(order.receipts.defer("content").order_by("year", "number")),
    ]
    names = _names(entry.actor for entry in entries)
    named = [replace(entry, actor=names.get(entry.actor, entry.actor)) for entry in entries]
    return sorted(named, key=lambda entry: entry.at)[::-1]  # of one moment: the order's event is the oldest


def _names(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of actors, as in a stored event. One query."""
    return {ActorKind.GUEST.value: _("guest"), ActorKind.SYSTEM.value: _("system"), **names_of_people(actors)}


def _events(order: Order, refunds: Iterable[Refund], requests: Mapping[UUID, RefundRequest]) -> Iterator[TimelineEntry]:
    """Yield the events, without those of the moments at which the rows of the refunds say the same."""
    shown = {(str(refund.ref), _moment(refund)) for refund in refunds}
    reasons = {str(ref): request.get_reason_display() for ref, request in requests.items()}
    for event in StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"):
        refund = event.data.get("refund")
        if (refund, event.at) not in shown:
            text = event_text(event, refund_reason=reasons.get(refund, ""))
            yield TimelineEntry(event.at, EntryKind.ORDER, text, event.actor)


def _ticket(order: Order) -> Iterator[TimelineEntry]:
    for ticket in Ticket.objects.filter(ref=order.ref):
        text = _("Ticket: %(state)s") % {"state": ticket.get_state_display()}
        yield TimelineEntry(ticket.state_changed_at, EntryKind.KITCHEN, text, ticket.state_changed_by)


def _notifications(notifications: Iterable[Notification]) -> Iterator[TimelineEntry]:
    for each in notifications:
        what = {
            "channel": str(each.get_channel_display()),
            "kind": each.get_kind_display(),
            "state": each.get_state_display(),
        }
        attempts = ngettext("%(count)d attempt", "%(count)d attempts", each.attempts) % {"count": each.attempts}
        failed = each.attempts > 1 or each.state in RESENDABLE
        yield TimelineEntry(
            at=each.sent_at or each.created_at,
            kind=EntryKind.MESSAGE,
            text=_("“%(kind)s” by %(channel)s: %(state)s") % what
            if each.channel != NotificationChannel.IN_APP
            else _("“%(kind)s” %(channel)s: %(state)s") % what,
            detail=", ".join(part for part in (attempts if failed else "", each.error) if part),
            url=reverse("admin:notifications_notification_change", args=[each.pk]),
            is_trouble=each.state in _TROUBLE,
            resend=each.pk if each.channel != NotificationChannel.IN_APP and each.state in RESENDABLE else None,
        )


def _payments(attempts: Iterable[PaymentAttempt]) -> Iterator[TimelineEntry]:
    for attempt in attempts:
        what = {
            "method": attempt.get_method_display(),
            "amount": format_amount(attempt.amount),
            "state": attempt.get_state_display(),
        }
        yield TimelineEntry(
            at=attempt.captured_at or attempt.created_at,
            kind=EntryKind.PAYMENT,
            text=_("%(amount)s by %(method)s: %(state)s") % what,
            actor=attempt.taken_by,
            detail=attempt.error or (str(attempt.get_failure_display()) if attempt.failure else ""),
            url=reverse("admin:payments_paymentattempt_change", args=[attempt.pk]),
            is_trouble=bool(attempt.error),
        )


def _moment(refund: Refund) -> datetime:
    return refund.done_at or refund.created_at


def _refunds(refunds: Iterable[Refund], requests: Mapping[UUID, RefundRequest]) -> Iterator[TimelineEntry]:
    """Yield the refunds, each with the reason, the parts and the note of the manager who has requested it."""
    for refund in refunds:
        request = requests.get(refund.ref)
        what = {
            "amount": format_amount(refund.amount),
            "reason": (request or refund).get_reason_display(),
            "state": refund.get_state_display(),
        }
        yield TimelineEntry(
            at=_moment(refund),
            kind=EntryKind.REFUND,
            text=_("Refund of %(amount)s (%(reason)s): %(state)s") % what,
            actor=refund.requested_by,
            detail="; ".join(part for part in (refund.error, request and _detail(request)) if part),
            url=reverse("admin:payments_refund_change", args=[refund.pk]),
            is_trouble=bool(refund.error),
        )


def _refund_requests(requests: Iterable[RefundRequest], refunds: Iterable[Refund]) -> Iterator[TimelineEntry]:
    """Yield the requests, without those of one manager alone that are refunds now: the refund's row says it all."""
    refunded = {refund.ref for refund in refunds}
    for each in requests:
        if each.ref in refunded and not each.needs_second_manager:
            continue
        what = {
            "amount": format_amount(each.amount),
            "reason": each.get_reason_display(),
            "state": each.get_state_display(),
        }
        yield TimelineEntry(
            at=each.decided_at or each.requested_at,
            kind=EntryKind.REFUND,
            text=_("Refund of %(amount)s wanted (%(reason)s): %(state)s") % what,
            actor=str(each.decided_by_id or each.requested_by_id or ""),
            detail=_detail(each),
            url=reverse("admin:payments_refundrequest_change", args=[each.pk]),
        )


def _detail(request: RefundRequest) -> str:
    return "; ".join(part for part in (items_text(request), request.note) if part)


def _receipts(receipts: Iterable[Receipt]) -> Iterator[TimelineEntry]:
    for receipt in receipts:
        what = {"number": receipt.number_text, "total": format_amount(receipt.total)}
        is_receipt = receipt.kind == ReceiptKind.RECEIPT
        yield TimelineEntry(
            at=receipt.issued_at,
            kind=EntryKind.RECEIPT,
            text=_("Receipt %(number)s, %(total)s") % what
            if is_receipt
            else _("Credit note %(number)s, %(total)s") % what,
            url=receipt_url("receipt", receipt.ref),
        )
