"""The page of the admin on which items or categories are put in the order in which guests see them."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from menu import services
from menu.admin.rows import MenuAdmin, by_and_at
from menu.models import Category, Dish, MenuItem
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.refusals import Refusal


class MoveForm(ShopForm):
    """
    The form of one row: to which place it is moved.

    The place is the number of the button that was pressed, else the one that was typed.
    """

    item = forms.IntegerField()
    place = forms.IntegerField(
        min_value=1, max_value=999, error_messages={"required": "", "invalid": "", "min_value": "", "max_value": ""}
    )


@dataclass(frozen=True, slots=True)
class ArrangedGroup:
    """Rows that are listed together, in their order."""

    name: str
    rows: list[Any]


class ArrangedAdmin[M: Category | MenuItem](MenuAdmin[M]):
    """The admin of what is listed in an order that managers choose."""

    def get_urls(self) -> list[URLPattern]:
        arrange = self.admin_site.admin_view(self.arrange)
        return [path("arrange/", arrange, name=f"menu_{self.opts.model_name}_arrange"), *super().get_urls()]

    @property
    def arrange_url(self) -> str:
        return reverse(f"admin:menu_{self.opts.model_name}_arrange")

    def arrange(self, request: HttpRequest) -> HttpResponse:
        """Show the rows in their order; a POST moves one of them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            moved = self._move(request)
            if moved:
                return redirect(f"{self.arrange_url}#row-{moved.pk}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Arrange %(items)s") % {"items": self.opts.verbose_name_plural},
            "opts": self.opts,
            "list_url": reverse(admin_urlname(self.opts, "changelist")),  # type: ignore[arg-type]
            "groups": self._groups(),
        }
        return render(request, "admin/menu/arrange.html", context)

    def _move(self, request: HttpRequest) -> M | None:
        data = request.POST.copy()
        data["place"] = data.get("to") or data.get("place", "")
        form = MoveForm(data)
        if not form.is_valid():
            messages.warning(request, _("Please type a place from 1 on."))
            return None
        row = self.get_queryset(request).filter(pk=form.cleaned_data["item"]).first()
        if row is None:
            messages.warning(request, _("That is not on the menu any more."))
            return None
        try:
            moved = services.move_item(item=row, place=form.cleaned_data["place"], **by_and_at(request))
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return None
        if moved.position != row.position:
            position = str(self.opts.get_field("position").verbose_name)  # type: ignore[union-attr]
            self.log_change(request, moved, [{"changed": {"fields": [position.capitalize()]}}])
        messages.success(request, _("%(name)s is number %(place)d now.") % {"name": moved, "place": moved.position})
        return moved

    def _groups(self) -> list[ArrangedGroup]:
        rows: QuerySet[Any] = self.model._base_manager.order_by(*(self.model._meta.ordering or ()))
        if issubclass(self.model, MenuItem):
            rows = rows.filter(archived_at=None)
        if not issubclass(self.model, Dish):
            return [ArrangedGroup("", [*rows])] if rows else []
        rows = rows.select_related("category")
        return [
            ArrangedGroup(str(category), [*group]) for category, group in groupby(rows, key=lambda row: row.category)
        ]
