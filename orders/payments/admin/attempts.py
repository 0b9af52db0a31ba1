"""Admin of payment attempts, with their refunds."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from orders.payments.admin.order_links import order_link_to
from orders.payments.models import PaymentAttempt, Refund
from orders.payments.permissions import SEE_PAYMENTS
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import SearchByKeyMixin


class RefundInline(ReadOnlyAdminMixin, admin.TabularInline[Refund, PaymentAttempt]):
    view_permission = SEE_PAYMENTS
    model = Refund
    verbose_name_plural = gettext_lazy("Refunds")
    fields = ["amount", "reason", "state", "refund_id", "attempts", "error", "created_at", "done_at"]
    ordering = ["pk"]


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdminMixin, SearchByKeyMixin[PaymentAttempt]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["created_at"]
    list_display = ["order_link", "gateway", "state", "amount", "captured", "refund_requested", "created_at"]
    list_filter = ["state", "gateway"]
    list_select_related = ["order"]
    search_fields = ["order__number__exact", "payment_id__exact", "session_id__exact"]
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

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, attempt: PaymentAttempt) -> str:
        return order_link_to(attempt.order)
