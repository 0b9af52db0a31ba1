from django.contrib import admin
from django.http import HttpRequest

from kitchen.models import Kitchen


@admin.register(Kitchen)
class KitchenAdmin(admin.ModelAdmin[Kitchen]):
    """The kitchen, read-only: only commands change it, because its row lock keeps the queue exact."""

    list_display = ["name", "taking_orders", "max_concurrent_orders", "oven_slots"]
    fields = ["name", "taking_orders", "pause_reason", "paused_until", "max_concurrent_orders", "oven_slots"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Kitchen | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Kitchen | None = None) -> bool:
        return False
