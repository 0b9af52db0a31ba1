"""The menu in the admin: rows are edited and the changes recorded; marking an item sold out calls the commands."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from menu import services
from menu.forms import NO_ALLERGENS, AllergensField, SoldOutForm
from menu.models import Category, MenuItem, Pizza, SimpleItem, Size, Topping
from menu.permissions import MARK_SOLD_OUT
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ShopAdminForm, ShopModelAdmin
from pizzeria.foundation.refusals import Refusal


class MenuItemForm(ShopAdminForm):
    """The admin's form of an item, which asks for its allergens until they are declared."""

    allergens = AllergensField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        if item.pk and item.allergens_declared and not item.allergens:
            self.initial["allergens"] = [NO_ALLERGENS]


class MenuAdmin[M: Category | Size | MenuItem](ShopModelAdmin[M]):
    """The base of the menu's admins. A row that is to be changed is locked until its form is saved."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        row = super().get_object(request, object_id, from_field)
        is_to_be_changed = transaction.get_connection().in_atomic_block  # by the admin; to show a row it opens none
        if row is None or not is_to_be_changed:
            return row
        try:
            return services.lock_item(row)
        except ObjectDoesNotExist:  # deleted while this waited for the lock
            return None


@admin.register(Category)
class CategoryAdmin(MenuAdmin[Category]):
    list_display = ["name", "position"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Size)
class SizeAdmin(MenuAdmin[Size]):
    list_display = ["name", "factor", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Size, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save under the size's lock, and record a new factor."""
        before = services.lock_item(obj) if change else None
        if before:
            obj.seq = before.seq
        super().save_model(request, obj, form, change)
        services.record_factor_change(obj, before=before, **_by_and_at(request))


class MenuItemAdmin[I: MenuItem](MenuAdmin[I]):
    form = MenuItemForm
    actions = ["mark_sold_out", "mark_available"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["availability"]
    search_fields = ["name"]

    @admin.display(description=gettext_lazy("available"))
    def availability(self, item: I) -> str:
        if item.is_available(clock.now()):
            return _("yes")
        if item.sold_out_until is None:
            return _("sold out until further notice")
        return _("sold out %(until)s") % {"until": clock.until(item.sold_out_until, at=clock.now())}

    def has_sell_out_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(MARK_SOLD_OUT)

    def save_model(self, request: HttpRequest, obj: I, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save under the item's lock and record what changed, both in the admin's own transaction."""
        before = services.lock_item(obj) if change else None
        if before:  # commands may have changed these since the row was read
            obj.seq, obj.sold_out_since, obj.sold_out_until = before.seq, before.sold_out_since, before.sold_out_until
        obj.allergens_declared = True  # the form has asked
        super().save_model(request, obj, form, change)
        services.record_edit(obj, before=before, fields=form.changed_data, by=actor_of(request), at=clock.now())

    def delete_model(self, request: HttpRequest, obj: I) -> None:
        services.remove(obj, **_by_and_at(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[I]) -> None:
        with transaction.atomic():
            for item in queryset:
                services.remove(item, **_by_and_at(request))

    @admin.action(description=gettext_lazy("Sold out…"), permissions=["sell_out"])
    def mark_sold_out(self, request: HttpRequest, items: QuerySet[I]) -> HttpResponse | None:
        """Ask until when, on a page that posts here again with the selected items; then mark these sold out."""
        form, by_and_at = SoldOutForm(request.POST if "until" in request.POST else None), _by_and_at(request)
        if form.is_valid():
            until = form.until_when(by_and_at["at"])
            try:
                for item in items:
                    self._report_availability(request, services.mark_sold_out(item=item, until=until, **by_and_at))
                return None
            except Refusal as refusal:
                form.add_error(None, refusal.message)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Sold out until when?"),
            "opts": self.opts,
            "items": items,
            "form": form,
        }
        return render(request, "admin/menu/mark_sold_out.html", context, status=422 if form.is_bound else 200)

    @admin.action(description=gettext_lazy("Back on the menu"), permissions=["sell_out"])
    def mark_available(self, request: HttpRequest, items: QuerySet[I]) -> None:
        try:
            for item in items:
                self._report_availability(request, services.mark_available(item=item, **_by_and_at(request)))
        except Refusal as refusal:
            messages.warning(request, refusal.message)

    def _report_availability(self, request: HttpRequest, item: I) -> None:
        messages.success(request, f"{item}: {self.availability(item)}")


@admin.register(Topping)
class ToppingAdmin(MenuItemAdmin[Topping]):
    fields = [
        ("name", "slug", "position"),
        ("price", "diet", "spicy"),
        "availability",
        "allergens",
        ("shape", "colour"),
    ]
    list_display = ["name", "price", "diet", "spicy", "availability"]
    list_filter = ["diet", "spicy"]


@admin.register(Pizza)
class PizzaAdmin(MenuItemAdmin[Pizza]):
    fields = [
        ("name", "slug", "position"),
        ("category", "base_price", "minutes"),
        "availability",
        "description",
        "recipe",
        "diet",
        "allergens",
    ]
    list_display = ["name", "category", "base_price", "minutes", "availability"]
    list_filter = ["category"]
    list_select_related = ["category"]
    filter_horizontal = ["recipe"]


@admin.register(SimpleItem)
class SimpleItemAdmin(MenuItemAdmin[SimpleItem]):
    fields = [
        ("name", "slug", "position"),
        ("category", "price", "tax_kind"),
        "availability",
        "description",
        "diet",
        "allergens",
        ("motif", "colour"),
    ]
    list_display = ["name", "category", "price", "availability"]
    list_filter = ["category"]
    list_select_related = ["category"]


def _by_and_at(request: HttpRequest) -> dict[str, Any]:
    return {"by": actor_of(request), "at": clock.now()}
