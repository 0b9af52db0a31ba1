from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from kitchen import selectors, services
from kitchen.models import BoardScreen, Kitchen
from kitchen.permissions import VIEW_KITCHEN
from kitchen.screens import screen_states, seen_tickets
from kitchen.settings_page import settings_page
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin
from pizzeria.foundation.admin_commands import SavedByCommandMixin


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


@admin.register(BoardScreen)
class BoardScreenAdmin(SavedByCommandMixin[BoardScreen], ShopModelAdmin[BoardScreen]):
    """The screens of the board: a list that refreshes itself, and a page to name or delete one."""

    fields = ["name"]

    def get_urls(self) -> list[URLPattern]:
        refresh = self.admin_site.admin_view(self.refresh_view)
        return [path("refresh/", refresh, name="kitchen_boardscreen_refresh"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the screens instead of a list of rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        title = {"title": _("Screens of the board"), "opts": self.opts}
        context = self.admin_site.each_context(request) | title | _screens_context()
        return render(request, "admin/kitchen/boardscreen/screens.html", context)

    def refresh_view(self, request: HttpRequest) -> HttpResponse:
        """Return the part of the list that refreshes itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, "admin/kitchen/boardscreen/list.html", _screens_context())

    def save_model(self, request: HttpRequest, obj: BoardScreen, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        services.name_screen(
            screen_id=obj.pk, name=form.cleaned_data.get("name", obj.name), by=actor_of(request), at=clock.now()
        )

    def delete_model(self, request: HttpRequest, obj: BoardScreen) -> None:
        services.forget_screen(screen_id=obj.pk, by=actor_of(request), at=clock.now())

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return actor_of(request).may(VIEW_KITCHEN)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


def _screens_context() -> dict[str, Any]:
    kitchen, at = selectors.the_kitchen(), clock.now()
    return {"at": at, "screens": screen_states(kitchen, at=at), "tickets": seen_tickets(kitchen, at=at)}
