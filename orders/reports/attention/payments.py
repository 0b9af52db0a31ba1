"""Payments that are stuck, refunds that wait for a decision, and what the reconciliation found."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.payments.models import (
    AttemptState,
    PaymentAttempt,
    ReconciliationFinding,
    ReconciliationRun,
    Refund,
    RefundRequest,
    RefundState,
)
from orders.payments.permissions import REFUND
from orders.reports.attention.concern import MAX_ROWS, Button, Concern, ConcernGroup, oldest, order_name, urgent_group
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.money import format_amount

LOOKUPS_OF_STUCK_PAYMENT = 3  # failed ones in a row
STUCK_REFUND_AFTER = timedelta(hours=1)


def payment_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    attempts = PaymentAttempt.objects.filter(state=AttemptState.OPEN, lookups__gte=LOOKUPS_OF_STUCK_PAYMENT)
    refunds = Refund.objects.filter(
        Q(state=RefundState.FAILED)
        | Q(state__in=(RefundState.REQUESTED, RefundState.PENDING), created_at__lte=at - STUCK_REFUND_AFTER)
    )
    unread = [
        Concern(
            f"payment-{attempt.pk}",
            _("The payment of %(amount)s for %(order)s cannot be read at the gateway.")
            % {"amount": format_amount(attempt.amount), "order": order_name(attempt.order, at)},
            Button(_("Open"), reverse("admin:payments_paymentattempt_change", args=[attempt.pk])),
        )
        for attempt in oldest(attempts.select_related("order"))
    ]
    unpaid = [
        Concern(
            f"refund-{refund.pk}",
            (
                _("The refund of %(amount)s for %(order)s failed.")
                if refund.state == RefundState.FAILED
                else _("The refund of %(amount)s for %(order)s is not through yet.")
            )
            % {"amount": format_amount(refund.amount), "order": order_name(refund.attempt.order, at)},
            Button(_("Open"), reverse("admin:payments_refund_change", args=[refund.pk])),
        )
        for refund in oldest(refunds.select_related("attempt__order"))
    ]
    page = "admin:payments_paymentattempt_changelist" if len(unread) > MAX_ROWS else "admin:payments_refund_changelist"
    yield urgent_group("payments", _("Payments to look at"), [*unread, *unpaid], page=reverse(page))
    if by.may(REFUND):
        yield _refunds_to_decide(at)
    yield _findings(at)


def _refunds_to_decide(at: datetime) -> ConcernGroup:
    requests = RefundRequest.objects.waiting().select_related("order")
    text = _("%(amount)s for %(order)s, %(reason)s")
    found = [
        Concern(
            f"request-{request.pk}",
            text
            % {
                "amount": format_amount(request.amount),
                "order": order_name(request.order, at),
                "reason": request.get_reason_display(),
            },
            Button(_("Decide"), reverse("admin:payments_refundrequest_change", args=[request.pk])),
        )
        for request in oldest(requests)
    ]
    page = reverse("admin:payments_refundrequest_changelist")
    return urgent_group("requests", _("Refunds that wait for a second manager"), found, page=page)


def _findings(at: datetime) -> ConcernGroup:
    """Return what the newest reconciliation found and did not repair."""
    newest = ReconciliationRun.objects.order_by("-pk").values("pk")[:1]
    findings = ReconciliationFinding.objects.filter(run__in=newest, is_repaired=False).select_related("order")
    found = [
        Concern(
            f"finding-{finding.kind}-{finding.order_id or finding.payment_id}",
            f"{order_name(finding.order, at) if finding.order else finding.payment_id}: {finding.get_kind_display()}",
            Button(_("Open"), reverse("admin:payments_reconciliationrun_change", args=[finding.run_id])),
        )
        for finding in oldest(findings)
    ]
    page = reverse("admin:payments_reconciliationrun_changelist")
    return urgent_group("findings", _("Found by the reconciliation"), found, page=page)
