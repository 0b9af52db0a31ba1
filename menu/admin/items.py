"""The admin of menu items: edits are recorded, and everything else calls a command."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from menu import services
from menu.admin.forms import MenuItemForm
from menu.admin.rows import MenuAdmin, by_and_at
from menu.forms import SoldOutForm
from menu.models import MenuItem
from menu.permissions import MARK_SOLD_OUT
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal


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


class MenuItemAdmin[I: MenuItem](MenuAdmin[I]):
    form = MenuItemForm
    actions = ["mark_sold_out", "mark_available", "archive", "restore"]
    delete_confirmation_template = "admin/menu/archive_confirmation.html"
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["availability"]
    search_fields = ["name"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> I | None:
        """Return a row with the price that is in force, which may not have been written into it yet."""
        item, at = super().get_object(request, object_id, from_field), clock.now()
        if item is None:
            return None
        if self.is_to_be_changed():
            services.fold_due_prices(item, at=at)
        else:
            services.set_price(item, services.price_schedule(item).at(at))
        return item

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
        services.archive(obj, **by_and_at(request))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        messages.success(request, _("%(name)s was archived.") % {"name": obj_display})
        return redirect(admin_urlname(self.opts, "changelist"))  # type: ignore[arg-type]

    @admin.action(description=gettext_lazy("Sold out…"), permissions=["sell_out"])
    def mark_sold_out(self, request: HttpRequest, items: QuerySet[I]) -> HttpResponse | None:
        """Ask until when, on a page that posts here again with the selected items; then mark these sold out."""
        form, acting = SoldOutForm(request.POST if "until" in request.POST else None), by_and_at(request)
        if form.is_valid():
            until = form.until_when(acting["at"])
            try:
                for item in items:
                    self._report_availability(request, services.mark_sold_out(item=item, until=until, **acting))
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
                self._report_availability(request, services.mark_available(item=item, **by_and_at(request)))
        except Refusal as refusal:
            messages.warning(request, refusal.message)

    @admin.action(description=gettext_lazy("Archive"), permissions=["delete"])
    def archive(self, request: HttpRequest, items: QuerySet[I]) -> None:
        for item in items:
            services.archive_item(item=item, **by_and_at(request))
            messages.success(request, _("%(name)s was archived.") % {"name": item})

    @admin.action(description=gettext_lazy("Restore from the archive"), permissions=["change"])
    def restore(self, request: HttpRequest, items: QuerySet[I]) -> None:
        for item in items:
            self._report_availability(request, services.restore_item(item=item, **by_and_at(request)))

    def _report_availability(self, request: HttpRequest, item: I) -> None:
        messages.success(request, f"{item}: {self.availability(item)}")
