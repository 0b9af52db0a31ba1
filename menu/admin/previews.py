"""Previews: a dish as guests see it, also one that is archived or sold out. Nothing can be ordered there."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from menu import catalogue, pizza_page, selectors
from menu.admin.rows import MenuAdmin
from menu.models import Dish, Pizza, SimpleItem
from pizzeria.foundation import clock


class PreviewedAdmin[D: Dish](MenuAdmin[D]):
    """The admin of dishes with a preview of how guests see the row as it is saved."""

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(require_safe(self.preview))
        name = f"menu_{self.opts.model_name}_preview"
        return [path("<int:pk>/preview/", preview, name=name), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        context = {
            "preview": row,
            "edit_url": reverse(f"admin:menu_{self.opts.model_name}_change", args=[row.pk]),
            **_public_page(row),
        }
        return render(request, f"menu/preview_{'pizza' if isinstance(row, Pizza) else 'simple_item'}.html", context)


def _public_page(row: Dish) -> dict[str, Any]:
    at = clock.now()
    if isinstance(row, SimpleItem):
        return {"item": selectors.item_summary(catalogue.simple_item_of(row), at)}
    assert isinstance(row, Pizza)
    pizza, snapshot = catalogue.pizza_of(row), catalogue.fresh_snapshot()
    snapshot = replace(snapshot, pizzas={**snapshot.pizzas, pizza.slug: pizza})  # also an archived one
    form = pizza_page.form_for(pizza, data=QueryDict(), snapshot=snapshot, at=at)
    page = pizza_page.pizza_page(form, snapshot=snapshot, at=at)
    return {"page": page, "item": page.item, "sizes": page.sizes}
