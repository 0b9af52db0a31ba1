"""
The menu in the admin: rows are edited and the changes recorded; marking an item sold out or available, and restoring it
call the commands.

Items are never deleted: the button to delete archives.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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


class PizzaForm(MenuItemForm):
    """The admin's form of a pizza, in whose recipe archived toppings keep their place unseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipe"].queryset = Topping.objects.on_the_menu()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["recipe"] = list(self.instance.recipe.on_the_menu())

    def clean_recipe(self) -> QuerySet[Topping]:
        chosen: QuerySet[Topping] = self.cleaned_data["recipe"]
        if not self.instance.pk:
            return chosen
        archived = self.instance.recipe.exclude(archived_at=None)
        return Topping.objects.filter(Q(pk__in=chosen.values("pk")) | Q(pk__in=archived.values("pk")))


class ArchiveFilter(admin.SimpleListFilter):
    """Filter of the list of items, which shows those on the menu unless it is asked for the archived ones."""

    title = gettext_lazy("archive")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Archived"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        on_the_menu, *others = super().choices(changelist)
        yield {**on_the_menu, "display": gettext_lazy("On the menu")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(archived_at__isnull=self.value() != "yes")


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
    actions = ["mark_sold_out", "mark_available", "archive", "restore"]
    delete_confirmation_template = "admin/menu/archive_confirmation.html"
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["availability"]
    search_fields = ["name"]

    @admin.display(description=gettext_lazy("available"))
    def availability(self, item: I) -> str:
        if item.is_archived:
            return _("archived")
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

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)  # Django's; `archive` is ours
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: I | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_archived)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return only the items themselves: nothing else is deleted with them."""
        return [str(item) for item in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: I) -> None:
        services.archive(obj, **_by_and_at(request))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        messages.success(request, _("%(name)s was archived.") % {"name": obj_display})
        return redirect(admin_urlname(self.opts, "changelist"))  # type: ignore[arg-type]

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

    @admin.action(description=gettext_lazy("Archive"), permissions=["delete"])
    def archive(self, request: HttpRequest, items: QuerySet[I]) -> None:
        for item in items:
            services.archive_item(item=item, **_by_and_at(request))
            messages.success(request, _("%(name)s was archived.") % {"name": item})

    @admin.action(description=gettext_lazy("Restore from the archive"), permissions=["change"])
    def restore(self, request: HttpRequest, items: QuerySet[I]) -> None:
        for item in items:
            self._report_availability(request, services.restore_item(item=item, **_by_and_at(request)))

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
    list_filter = [ArchiveFilter, "diet", "spicy"]


@admin.register(Pizza)
class PizzaAdmin(MenuItemAdmin[Pizza]):
    form = PizzaForm
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
    list_filter = [ArchiveFilter, "category"]
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
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category"]


def _by_and_at(request: HttpRequest) -> dict[str, Any]:
    return {"by": actor_of(request), "at": clock.now()}
