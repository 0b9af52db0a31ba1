"""
Admin of payments: attempts with their refunds, requests for refunds, the webhook's inbox, and the findings of the
reconciliation.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Order
from orders.payments import selectors, services
from orders.payments.models import (
    PaymentAttempt,
    Receipt,
    ReceiptPdf,
    ReconciliationFinding,
    ReconciliationRun,
    Refund,
    RefundRequest,
    WebhookMessage,
)
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.payments.refundable import items_text
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.step_up import ReauthenticationRequired

LIST_AND_FORM = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


class PaymentInline(ReadOnlyAdminMixin, admin.TabularInline[PaymentAttempt, Order]):
    view_permission = SEE_PAYMENTS
    model = PaymentAttempt
    verbose_name_plural = gettext_lazy("Payments")
    fields = ["gateway", "state", "amount", "currency", "captured", "refund_requested", "captured_at", "taken_by"]
    ordering = ["pk"]
    show_change_link = True


class RefundInline(ReadOnlyAdminMixin, admin.TabularInline[Refund, PaymentAttempt]):
    view_permission = SEE_PAYMENTS
    model = Refund
    verbose_name_plural = gettext_lazy("Refunds")
    fields = ["amount", "reason", "state", "refund_id", "attempts", "error", "created_at", "done_at"]
    ordering = ["pk"]


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdminMixin, ShopModelAdmin[PaymentAttempt]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["created_at"]
    list_display = ["order_link", "gateway", "state", "amount", "captured", "refund_requested", "created_at"]
    list_filter = ["state", "gateway"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=payment_id", "=session_id"]
    ordering = ["-pk"]
    show_full_result_count = False
    inlines = [RefundInline]
    fields = [  # never url: it opens the guest's page at the gateway
        ("order_link", "gateway", "method", "state", "failure"),
        ("amount", "currency"),
        ("captured", "captured_currency", "captured_at", "taken_by"),
        "refund_requested",
        ("session_id", "payment_id"),
        ("created_at", "expires_at", "asked_at", "due_at"),
        ("lookups", "error"),
    ]

    @admin.display(description=gettext_lazy("order"), ordering="order")
    def order_link(self, attempt: PaymentAttempt) -> str:
        return _order_link(attempt.order)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Refund]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["created_at"]
    list_display = ["order_link", "amount", "reason", "state", "attempts", "error", "created_at", "done_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["attempt__order"]
    search_fields = ["=attempt__order__number", "=refund_id"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["retry"]
    fields = [
        ("order_link", "amount", "reason", "requested_by"),
        ("state", "attempts", "error", "refund_id"),
        ("created_at", "due_at", "done_at"),
    ]

    @admin.display(description=gettext_lazy("order"), ordering="attempt__order")
    def order_link(self, refund: Refund) -> str:
        return _order_link(refund.attempt.order)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(REFUND)

    @admin.action(description=gettext_lazy("Send again"), permissions=["retry"])
    def retry(self, request: HttpRequest, refunds: QuerySet[Refund]) -> None:
        for refund in refunds.select_related("attempt__order").order_by("pk"):
            try:
                services.retry_refund(refund_id=refund.pk, by=actor_of(request), at=clock.now())
            except ReauthenticationRequired:
                raise
            except Refusal as refusal:
                self.message_user(request, f"{refund.attempt.order}: {refusal}", messages.WARNING)
            else:
                text = _("The refund for order %(order)s is sent again.") % {"order": refund.attempt.order}
                self.message_user(request, text)


class ManagerNames:
    """Columns with the names of the managers, without links to the users: managers do not edit users."""

    @admin.display(description=gettext_lazy("requested by"))
    def requested_by_name(self, request: RefundRequest) -> str:
        return str(request.requested_by or "–")

    @admin.display(description=gettext_lazy("decided by"))
    def decided_by_name(self, request: RefundRequest) -> str:
        return str(request.decided_by or "–")


class RefundRequestInline(ManagerNames, ReadOnlyAdminMixin, admin.TabularInline[RefundRequest, Order]):
    view_permission = SEE_PAYMENTS
    model = RefundRequest
    verbose_name_plural = gettext_lazy("Refunds by managers")
    fields = ["amount", "reason", "note", "state", "requested_by_name", "requested_at", "decided_by_name", "decided_at"]
    readonly_fields = ["requested_by_name", "decided_by_name"]
    ordering = ["pk"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundRequest]:
        return super().get_queryset(request).select_related("requested_by", "decided_by")


@admin.register(RefundRequest)
class RefundRequestAdmin(ManagerNames, ReadOnlyAdminMixin, ShopModelAdmin[RefundRequest]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["requested_at"]
    list_display = ["order_link", "amount", "reason", "state", "requested_by_name", "requested_at", "decided_by_name"]
    list_filter = ["state", "reason"]
    list_select_related = ["order", "requested_by", "decided_by"]
    search_fields = ["=order__number"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["approve", "decline"]
    fields = [
        ("order_link", "amount", "what"),
        ("reason", "note"),
        ("state", "needs_second_manager"),
        ("requested_by_name", "requested_at"),
        ("decided_by_name", "decided_at"),
    ]

    @admin.display(description=gettext_lazy("order"), ordering="order")
    def order_link(self, request: RefundRequest) -> str:
        return _order_link(request.order)

    @admin.display(description=gettext_lazy("what is refunded"))
    def what(self, request: RefundRequest) -> str:
        return items_text(request)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(REFUND)

    @admin.action(description=gettext_lazy("Approve"), permissions=["decide"], location=LIST_AND_FORM)
    def approve(self, request: HttpRequest, requests: QuerySet[RefundRequest]) -> None:
        text = _("The refund of %(amount)s for order %(order)s is approved.")
        self._decide(request, requests, services.approve_refund, success_message=text)

    @admin.action(description=gettext_lazy("Decline"), permissions=["decide"], location=LIST_AND_FORM)
    def decline(self, request: HttpRequest, requests: QuerySet[RefundRequest]) -> None:
        text = _("The refund of %(amount)s for order %(order)s is declined.")
        self._decide(request, requests, services.decline_refund, success_message=text)

    def _decide(
        self,
        request: HttpRequest,
        requests: QuerySet[RefundRequest],
        command: Callable[..., RefundRequest],
        *,
        success_message: str,
    ) -> None:
        for each in requests.select_related("order").order_by("pk"):
            try:
                command(ref=each.ref, by=actor_of(request), at=clock.now())
            except ReauthenticationRequired:
                raise
            except Refusal as refusal:
                self.message_user(request, f"{each.order}: {refusal}", messages.WARNING)
            else:
                values = {"amount": format_amount(each.amount), "order": each.order}
                self.message_user(request, success_message % values)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a request or run an action without the admin's own transaction: the commands open one."""
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined,no-any-return]


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdminMixin, ShopModelAdmin[WebhookMessage]):
    view_permission = SEE_PAYMENTS
    list_display = ["type", "event_id", "received_at", "processed_at", "attempts", "outcome"]
    list_filter = ["type"]
    search_fields = ["=event_id", "=session_id", "=payment_id"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = [
        ("gateway", "type", "event_id"),
        ("session_id", "payment_id", "attempt_ref"),
        ("received_at", "due_at", "processed_at", "attempts", "outcome"),
    ]


class FindingInline(ReadOnlyAdminMixin, admin.TabularInline[ReconciliationFinding, ReconciliationRun]):
    view_permission = SEE_PAYMENTS
    model = ReconciliationFinding
    verbose_name_plural = gettext_lazy("Findings")
    fields = ["kind", "order_link", "payment_id", "amount", "is_repaired"]
    readonly_fields = ["order_link"]
    ordering = ["pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationFinding]:
        return super().get_queryset(request).select_related("order")

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, finding: ReconciliationFinding) -> str:
        return _order_link(finding.order) if finding.order else "–"


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdminMixin, ShopModelAdmin[ReconciliationRun]):
    view_permission = SEE_PAYMENTS
    list_display = ["started_at", "finished_at", "payments", "orders", "findings_count", "error"]
    ordering = ["-pk"]
    show_full_result_count = False
    inlines = [FindingInline]
    fields = [("started_at", "finished_at"), ("payments", "orders"), "error"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRun]:
        return super().get_queryset(request).prefetch_related("findings")

    @admin.display(description=gettext_lazy("findings"))
    def findings_count(self, run: ReconciliationRun) -> int:
        return len(run.findings.all())


class ReceiptInline(ReadOnlyAdminMixin, admin.TabularInline[Receipt, Order]):
    view_permission = SEE_PAYMENTS
    model = Receipt
    verbose_name_plural = gettext_lazy("Receipts and credit notes")
    fields = ["number_text", "kind", "total", "currency", "issued_at", "pdf_link"]
    readonly_fields = ["number_text", "pdf_link"]
    ordering = ["year", "number"]

    @admin.display(description=gettext_lazy("number"))
    def number_text(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt", receipt.number_text)

    @admin.display(description="PDF")
    def pdf_link(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt_pdf", "PDF")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Receipt]):
    view_permission = SEE_PAYMENTS
    list_display = ["number_text", "kind", "order_link", "total", "currency", "issued_at", "pdf_link"]
    list_filter = ["kind", "year"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number"]
    ordering = ["-year", "-number"]
    date_hierarchy = "business_date"
    show_full_result_count = False
    fields = [
        ("number_text", "kind", "corrects"),
        ("order_link", "business_date", "issued_at"),
        ("total", "currency"),
        ("page_link", "pdf_link", "pdf_state"),
    ]

    @admin.display(description=gettext_lazy("number"), ordering="number")
    def number_text(self, receipt: Receipt) -> str:
        return receipt.number_text

    @admin.display(description=gettext_lazy("order"), ordering="order")
    def order_link(self, receipt: Receipt) -> str:
        return _order_link(receipt.order)

    @admin.display(description=gettext_lazy("page"))
    def page_link(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt", receipt.number_text)

    @admin.display(description="PDF")
    def pdf_link(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt_pdf", "PDF")

    @admin.display(description=gettext_lazy("state of the PDF"))
    def pdf_state(self, receipt: Receipt) -> str:
        pdf = ReceiptPdf.objects.defer("content").get(receipt=receipt)
        if pdf.made_at:
            return _("made")
        return _("to be made") if pdf.due_at else _("given up: %(error)s") % {"error": pdf.error or "–"}


def _receipt_link(receipt: Receipt, name: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', selectors.receipt_url(name, receipt.ref), text)


def _order_link(order: Order) -> str:
    return format_html('<a href="{}">{}</a>', reverse("admin:orders_order_change", args=[order.pk]), order)
