"""The shop's settings in the admin: one page, which saves by the command."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ShopModelAdmin
from pizzeria.foundation.admin_commands import SavedByCommandMixin
from pizzeria.foundation.shop import services
from pizzeria.foundation.shop.models import ShopSettings
from pizzeria.foundation.shop.permissions import CHANGE_SHOP_SETTINGS


@admin.register(ShopSettings)
class ShopSettingsAdmin(SavedByCommandMixin[ShopSettings], ShopModelAdmin[ShopSettings]):
    fieldsets = [
        (
            gettext_lazy("The shop"),
            {
                "fields": ["name", "address", "phone"],
                "description": gettext_lazy("What guests read on pages, in messages and on receipts."),
            },
        ),
        (
            gettext_lazy("Promises"),
            {
                "fields": [
                    "further_pizza_minutes",
                    "handing_over_minutes",
                    "driving_minutes",
                    "promise_window_minutes",
                ],
                "description": gettext_lazy("From these minutes the times are computed that guests are promised."),
            },
        ),
        (gettext_lazy("Large orders"), {"fields": ["pizzas_per_order", "total_per_order"]}),
        (gettext_lazy("Refunds"), {"fields": ["refund_limit"]}),
        (
            gettext_lazy("False orders"),
            {"fields": ["open_orders_per_phone", "guest_share_percent", "every_guest_proves_phone"]},
        ),
        (
            gettext_lazy("Overview, alerts and reports"),
            {"fields": ["waiting_minutes", "alerts_email_to", "vip_orders", "daily_email_to"]},
        ),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the one row, or show the empty list before the shop is set up."""
        row = ShopSettings.objects.first()
        if row is None or not self.has_change_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:shop_shopsettings_change", args=[row.pk]))

    def save_model(self, request: HttpRequest, obj: ShopSettings, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        changes = {field: form.cleaned_data[field] for field in form.changed_data}
        shown = {field: form.initial[field] for field in changes}
        services.change_shop_settings(changes=changes, shown=shown, by=actor_of(request), at=clock.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ShopSettings | None = None) -> bool:
        return actor_of(request).may(CHANGE_SHOP_SETTINGS)

    def has_view_permission(self, request: HttpRequest, obj: ShopSettings | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ShopSettings | None = None) -> bool:
        return False
