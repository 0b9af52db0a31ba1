"""Orders in admin: all of them, with their whole timeline, to look at. What changes an order is a command."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from orders.models import Customer, Order, OrderContact, OrderLine
from orders.permissions import SEE_ALL_ORDERS
from orders.selectors.timeline import timeline
from pizzeria.foundation.actor import actor_of


class _LookOnly:
    """Nothing is added, changed or deleted here; who may see orders may see what belongs to them."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return actor_of(request).may(SEE_ALL_ORDERS) or bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(_LookOnly, admin.TabularInline[OrderLine, Order]):
    model = OrderLine
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


class ContactInline(_LookOnly, admin.StackedInline[OrderContact, Order]):
    model = OrderContact
    fields = ["name", "phone", "email", "allergies", "notes"]  # never the key: it opens the guest's page


@admin.register(Order)
class OrderAdmin(_LookOnly, admin.ModelAdmin[Order]):
    list_display = ["number", "business_date", "status", "method", "total", "placed_at"]
    list_filter = ["status", "method", "business_date"]
    search_fields = ["number", "contact__name", "contact__phone"]
    ordering = ["-id"]
    fields = [
        ("number", "business_date", "status", "method"),
        ("placed_at", "promise_from", "promise_until"),
        ("confirmed_at", "cooking_at", "ready_at", "delivered_at"),
        ("lines_total", "tax", "total", "paid", "payment_method"),
    ]
    inlines = [LineInline, ContactInline]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "timeline": timeline(order.ref) if order else []}
        return super().change_view(request, object_id, form_url, extra)


@admin.register(Customer)
class CustomerAdmin(_LookOnly, admin.ModelAdmin[Customer]):
    list_display = ["name", "phone"]
    fields = ["name", "phone"]
