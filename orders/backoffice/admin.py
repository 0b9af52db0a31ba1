"""Admin of orders: every order with its whole timeline, its notifications and its actions."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from orders.backoffice.actions import OrderActions
from orders.backoffice.refund_page import refund_page
from orders.backoffice.timeline import timeline
from orders.models import Order, OrderAdjustment, OrderContact, OrderLine
from orders.notifications.admin import NotificationInline
from orders.payments.admin import PaymentInline, ReceiptInline, RefundRequestInline
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation.admin import ReadOnlyAdminMixin


class LineInline(ReadOnlyAdminMixin, admin.TabularInline[OrderLine, Order]):
    view_permission = SEE_ALL_ORDERS
    model = OrderLine
    verbose_name_plural = "Order lines"
    fields = ["quantity", "name", "size_name", "choices", "unit_price"]
    readonly_fields = ["choices"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).prefetch_related("parts")

    @admin.display(description="choices")
    def choices(self, line: OrderLine) -> str:
        return ", ".join(
            [f"+ {topping['name']}" for part in line.parts.all() for topping in part.added]
            + [f"no {topping['name']}" for part in line.parts.all() for topping in part.left_out]
        )


class AdjustmentInline(ReadOnlyAdminMixin, admin.TabularInline[OrderAdjustment, Order]):
    view_permission = SEE_ALL_ORDERS
    model = OrderAdjustment
    verbose_name_plural = "Discounts, fees and tips"
    fields = ["kind", "code", "amount", "tax_rate"]


class ContactInline(ReadOnlyAdminMixin, admin.StackedInline[OrderContact, Order]):
    view_permission = SEE_ALL_ORDERS
    model = OrderContact
    verbose_name_plural = "Contact"
    fields = [  # never guest_token: it opens the guest's page
        ("name", "phone", "email"),
        ("street", "postal_code", "city", "directions"),
        ("allergies", "notes"),
        "reason_note",
    ]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdminMixin, OrderActions):
    view_permission = SEE_ALL_ORDERS
    list_display = ["number", "business_date", "status", "method", "total", "placed_at"]
    list_filter = ["status", "method", "business_date"]
    search_fields = ["number", "contact__name", "contact__phone"]
    ordering = ["-id"]
    fields = [
        ("number", "business_date", "status", "method"),
        ("placed_at", "promise_from", "promise_until"),
        ("confirmed_at", "cooking_started_at", "ready_at"),
        ("driver_name", "out_for_delivery_at", "delivered_at"),
        ("cancelled_at", "cancel_reason"),
        ("lines_total", "adjustments_total", "tax_total"),
        ("total", "payment_method", "payment_status"),
        ("paid", "refund_requested", "refunded"),
    ]
    inlines = [
        LineInline,
        AdjustmentInline,
        PaymentInline,
        RefundRequestInline,
        ReceiptInline,
        ContactInline,
        NotificationInline,
    ]

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(partial(refund_page, model_admin=self))
        return [path("<int:order_id>/refund/", page, name="orders_order_refund"), *super().get_urls()]

    @admin.display(description=gettext_lazy("driver"))
    def driver_name(self, order: Order) -> str:
        return str(order.driver or "–")  # a name without a link to the user: managers do not edit users

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "timeline": timeline(order.ref) if order else []}
        return super().change_view(request, object_id, form_url, extra)
