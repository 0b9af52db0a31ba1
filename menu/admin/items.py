"""The admin of menu items: edits are recorded, and everything else calls a command."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from menu import services
from menu.admin.arranging import ArrangedAdmin
from menu.admin.availability import AvailabilityAdmin
from menu.admin.forms import MenuItemForm
from menu.admin.history import changes_of
from menu.admin.pictures import PictureAdmin
from menu.admin.price_list import PriceListAdmin
from menu.admin.rows import by_and_at
from menu.admin.spreadsheets import SpreadsheetAdmin
from menu.forms import SoldOutForm
from menu.models import MenuItem
from pizzeria.foundation.admin_history import Change, EventHistoryMixin
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


class MenuItemAdmin[I: MenuItem](
    EventHistoryMixin[I],
    PriceListAdmin[I],
    AvailabilityAdmin[I],
    SpreadsheetAdmin[I],
    ArrangedAdmin[I],
    PictureAdmin[I],
):
    form = MenuItemForm
    actions = ["mark_sold_out", "mark_available", "archive", "restore"]
    delete_confirmation_template = "admin/menu/archive_confirmation.html"
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["availability", "price_history"]
    search_fields = ["name"]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list; in the archive no price can be typed."""
        changelist = super().get_changelist_instance(request)
        if request.GET.get(ArchiveFilter.parameter_name) == "yes":
            changelist.list_editable = ()
        return changelist

    def changes_of(self, row: I) -> list[Change]:
        return changes_of(row)

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
            "action": "mark_sold_out",
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
    def archive(self, request: HttpRequest, items: QuerySet[I]) -> HttpResponse | None:
        """Ask first, on a page that posts here again with the selected items; then archive these."""
        if "confirmed" not in request.POST:
            title = ngettext("Archive %(count)d item?", "Archive %(count)d items?", len(items))
            context = {
                **self.admin_site.each_context(request),
                "title": title % {"count": len(items)},
                "opts": self.opts,
                "items": items,
                "action": "archive",
            }
            return render(request, "admin/menu/archive_selected.html", context)
        for item in items:
            services.archive_item(item=item, **by_and_at(request))
            messages.success(request, _("%(name)s was archived.") % {"name": item})
        return None

    @admin.action(description=gettext_lazy("Restore from the archive"), permissions=["change"])
    def restore(self, request: HttpRequest, items: QuerySet[I]) -> None:
        for item in items:
            self._report_availability(request, services.restore_item(item=item, **by_and_at(request)))

    def _report_availability(self, request: HttpRequest, item: I) -> None:
        messages.success(request, self.availability_message(item))
