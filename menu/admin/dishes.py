from typing import Any

from django.contrib import admin

from menu.admin.duplicates import DuplicatedAdmin
from menu.admin.forms import PizzaForm
from menu.admin.items import ArchiveFilter
from menu.admin.pictures import PICTURE_FIELDS
from menu.admin.previews import PreviewedAdmin
from menu.models import Pizza, SimpleItem


@admin.register(Pizza)
class PizzaAdmin(DuplicatedAdmin[Pizza], PreviewedAdmin[Pizza]):
    form = PizzaForm
    copied_columns = ("base_price", "minutes")
    fields = [
        ("name", "slug", "position"),
        ("category", "minutes"),
        ("base_price", "price_from"),
        "price_history",
        "availability",
        "description",
        PICTURE_FIELDS,
        "recipe",
        "diet",
        "allergens",
    ]
    list_display = ["name", "availability_control", "base_price", "scheduled", "thumbnail", "category", "minutes"]
    list_editable = ["base_price"]
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category", "picture"]
    filter_horizontal = ["recipe"]

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
