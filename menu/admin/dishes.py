from django.contrib import admin

from menu.admin.forms import PizzaForm
from menu.admin.items import ArchiveFilter, MenuItemAdmin
from menu.models import Pizza, SimpleItem


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
