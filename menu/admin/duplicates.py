"""Duplicating a dish: the form that adds one, filled in as another one is. Nothing is saved until the form is sent."""

from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext as _

from menu import services
from menu.admin.items import MenuItemAdmin
from menu.forms import NO_ALLERGENS
from menu.models import Dish
from pizzeria.foundation import clock

MAX_NAME, MAX_SLUG = 60, 50
COPY = "copy"  # the parameter of the add form's address: which dish is copied
COPIED_COLUMNS = ("position", "category", "description", "diet")


class DuplicatedAdmin[D: Dish](MenuItemAdmin[D]):
    """The admin of dishes that can be duplicated."""

    copied_columns: tuple[str, ...] = ()  # beside those of all dishes

    def get_form(self, request: HttpRequest, obj: D | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: type[ModelForm[D]] = super().get_form(request, obj, change, **kwargs)
        source = None if change else self._source(request)
        return type(form.__name__, (form,), {"copied_picture": source.picture}) if source else form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        source = self._source(request)
        if source is None:
            return super().get_changeform_initial_data(request)
        services.set_price(source, services.price_schedule(source).at(clock.now()))
        name, slug = _free_name(source)
        initial = {column: source.serializable_value(column) for column in (*COPIED_COLUMNS, *self.copied_columns)}
        if source.allergens_declared:
            initial["allergens"] = source.allergens or [NO_ALLERGENS]
        return initial | {"name": name, "slug": slug} | self.copied_relations(source)

    def copied_relations(self, source: D) -> dict[str, Any]:
        """Return what is copied beside the columns."""
        return {}

    def _source(self, request: HttpRequest) -> D | None:
        key = request.GET.get(COPY, "")
        return self.get_queryset(request).filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None  # noqa: PLR2004


def _free_name(source: Dish) -> tuple[str, str]:
    """Return a name and a slug for a copy that nothing else has."""
    for number in count(1):
        pattern = _("Copy of %(name)s") if number == 1 else _("Copy %(number)d of %(name)s")
        name = (pattern % {"name": source.name, "number": number})[:MAX_NAME].strip()
        slug = slugify(pattern % {"name": source.slug, "number": number})[:MAX_SLUG].strip("-")
        try:
            type(source)(name=name, slug=slug).clean()
        except ValidationError:
            continue
        return name, slug
    raise AssertionError("unreachable: the numbers do not end")
