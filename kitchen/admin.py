from django.contrib import admin

from kitchen.models import Kitchen
from kitchen.permissions import VIEW_KITCHEN
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin


@admin.register(Kitchen)
class KitchenAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Kitchen]):
    """The kitchen, read-only: only commands change it, because its row lock keeps the queue exact."""

    view_permission = VIEW_KITCHEN
    list_display = ["name", "taking_orders", "max_concurrent_orders", "max_open_pizzas", "oven_slots"]
    fields = [
        "name",
        "taking_orders",
        "pause_reason",
        "paused_until",
        "max_concurrent_orders",
        "max_open_pizzas",
        "oven_slots",
    ]
