"""Admin of orders: the list with its search and filters, the page of one order, and the actions on both."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.backoffice.actions import OrderActions
from orders.backoffice.order_columns import OrderColumns
from orders.backoffice.order_filters import DayFilter, StatusFilter
from orders.backoffice.order_page import order_page
from orders.backoffice.order_search import search_orders
from orders.backoffice.print_page import print_page
from orders.backoffice.refund_page import refund_page
from orders.models import Order
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.text_search import SearchText, log_personal_data_search


@admin.register(Order)
class OrderAdmin(ReadOnlyAdminMixin, OrderColumns, OrderActions):
    view_permission = SEE_ALL_ORDERS
    change_list_template = "admin/orders/order/change_list.html"
    list_display = [  # what is needed most comes first: a phone shows three of them before it scrolls
        "number_and_day",
        "status_text",
        "guest",
        "promise",
        "payment",
        "total_text",
        "method",
        "driver_name",
        "placed",
    ]
    list_filter = [DayFilter, StatusFilter, "method", "payment_status", "payment_method"]
    key_columns = ["pk", "contact__order_id"]
    list_select_related = ["contact", "driver"]
    search_fields = ["number"]  # only so that there is a search: get_search_results decides by what is typed
    search_help_text = gettext_lazy("Number (42), name, phone number or e-mail address, or a part of it")
    fields = ["number"]  # the template shows the order: nothing of it is edited

    def get_urls(self) -> list[URLPattern]:
        refund, printed = partial(refund_page, model_admin=self), print_page
        return [
            path("<int:order_id>/refund/", self.admin_site.admin_view(refund), name="orders_order_refund"),
            path("<int:order_id>/print/", self.admin_site.admin_view(printed), name="orders_order_print"),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        if not search_term.strip():
            return queryset, False
        return search_orders(queryset, SearchText.of(search_term)), False

    def on_search(self, request: HttpRequest, text: str, *, found: int, has_more: bool) -> None:
        search, by = SearchText.of(text), actor_of(request)
        log_personal_data_search(search, by=by, where="orders", found=found, has_more=has_more)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        loaded = Order.objects.select_related("contact", "customer", "driver")
        order = loaded.filter(pk=object_id).first() if object_id.isdecimal() else None
        if order and request.method != "POST" and self.has_view_permission(request, order):
            at = clock.now()
            extra |= {"title": _("Order %(order)s") % {"order": order}, "subtitle": None}
            extra |= order_page(order, by=actor_of(request), at=at)
        return super().change_view(request, object_id, form_url, extra)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the timeline on the order's page: that is its history."""
        return redirect(reverse("admin:orders_order_change", args=[object_id]) + "#timeline-heading")
