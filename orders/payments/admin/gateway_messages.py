"""Admin of what gateways say: the inbox of their webhook, and what the reconciliation with them has found."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.payments.admin.order_links import order_link_to
from orders.payments.models import ReconciliationFinding, ReconciliationRun, WebhookMessage
from orders.payments.permissions import SEE_PAYMENTS
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[WebhookMessage]):
    view_permission = SEE_PAYMENTS
    list_display = ["type", "event_id", "received_at", "processed_at", "attempts", "outcome"]
    list_filter = ["type"]
    search_fields = ["=event_id", "=session_id", "=payment_id"]
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
        return order_link_to(finding.order) if finding.order else "–"


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[ReconciliationRun]):
    view_permission = SEE_PAYMENTS
    list_display = ["started_at", "finished_at", "payments", "orders", "findings_count", "error"]
    inlines = [FindingInline]
    fields = [("started_at", "finished_at"), ("payments", "orders"), "error"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRun]:
        return super().get_queryset(request).prefetch_related("findings")

    @admin.display(description=gettext_lazy("findings"))
    def findings_count(self, run: ReconciliationRun) -> int:
        return len(run.findings.all())
