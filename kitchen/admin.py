from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kitchen.models import Kitchen
from kitchen.permissions import VIEW_KITCHEN
from kitchen.settings_page import settings_page
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin


@admin.register(Kitchen)
class KitchenAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Kitchen]):
    """The kitchen: its page calls the commands, because its row lock keeps the queue exact. No form saves the row."""

    view_permission = VIEW_KITCHEN
    list_display = ["name", "taking_orders", "max_concurrent_orders", "max_open_pizzas", "oven_slots"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the one kitchen; show the list if there are more, or none."""
        kitchens = list(Kitchen.objects.order_by("pk")[:2])
        if len(kitchens) == 1 and self.has_view_permission(request):
            return HttpResponseRedirect(reverse("admin:kitchen_kitchen_change", args=[kitchens[0].pk]))
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the settings of a kitchen instead of a form of its row."""
        kitchen = self.get_object(request, object_id)
        if kitchen is None or not self.has_view_permission(request, kitchen):
            return super().change_view(request, object_id, form_url, extra_context)
        return settings_page(request, kitchen, model_admin=self)
