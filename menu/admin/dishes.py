from typing import Any

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from menu.admin.duplicates import DuplicatedAdmin
from menu.admin.forms import PizzaForm
from menu.admin.items import ArchiveFilter
from menu.admin.pictures import PICTURE_FIELDS
from menu.admin.previews import PreviewedAdmin
from menu.cooking_minutes import LEARNING_PERIOD
from menu.models import Pizza, SimpleItem
from pizzeria.foundation import clock


@admin.register(Pizza)
class PizzaAdmin(DuplicatedAdmin[Pizza], PreviewedAdmin[Pizza]):
    form = PizzaForm
    copied_columns = ("base_price", "minutes")
    fields = [
        ("name", "slug", "position"),
        "category",
        ("minutes", "learned"),
        ("base_price", "price_from"),
        "price_history",
        "availability",
        "description",
        PICTURE_FIELDS,
        "recipe",
        "diet",
        "allergens",
    ]
    list_display = [
        "name",
        "availability_control",
        "base_price",
        "scheduled",
        "thumbnail",
        "category",
        "cooking_minutes",
    ]
    list_editable = ["base_price"]
    readonly_fields = [*DuplicatedAdmin.readonly_fields, "learned"]
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category", "picture"]
    filter_horizontal = ["recipe"]

    @admin.display(description=gettext_lazy("minutes to cook"), ordering="minutes")
    def cooking_minutes(self, pizza: Pizza) -> str:
        """Return the planned minutes, and those that promises are computed with if they are others."""
        if pizza.learned_minutes is None:
            return str(pizza.minutes)
        minutes = {"planned": pizza.minutes, "learned": pizza.expected_minutes}
        return _("%(planned)d planned, %(learned)d learned") % minutes

    @admin.display(description=gettext_lazy("learned"))
    def learned(self, pizza: Pizza) -> str:
        """Return what promises are computed with, and from how many orders it was learned."""
        if pizza.learned_minutes is None or pizza.learned_at is None:
            return _("Nothing yet: promises are computed with the planned minutes.")
        since = clock.business_date(pizza.learned_at - LEARNING_PERIOD)
        return _("%(planned)d min planned, %(learned)d learned from %(orders)d orders since %(day)s") % {
            "planned": pizza.minutes,
            "learned": pizza.expected_minutes,
            "orders": pizza.learned_from,
            "day": date_format(since, "j M"),
        }

    def copied_relations(self, source: Pizza) -> dict[str, Any]:
        return {"recipe": list(source.recipe.on_the_menu())}


@admin.register(SimpleItem)
class SimpleItemAdmin(DuplicatedAdmin[SimpleItem], PreviewedAdmin[SimpleItem]):
    copied_columns = ("price", "tax_kind", "motif", "colour")
    fields = [
        ("name", "slug", "position"),
        ("category", "tax_kind"),
        ("price", "price_from"),
        "price_history",
        "availability",
        "description",
        PICTURE_FIELDS,
        "diet",
        "allergens",
        ("motif", "colour"),
    ]
    list_display = ["name", "availability_control", "price", "scheduled", "thumbnail", "category"]
    list_editable = ["price"]
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category", "picture"]
