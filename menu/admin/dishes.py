from django.contrib import admin

from menu.admin.forms import PizzaForm
from menu.admin.items import ArchiveFilter, MenuItemAdmin
from menu.models import Pizza, SimpleItem


@admin.register(Pizza)
class PizzaAdmin(MenuItemAdmin[Pizza]):
    form = PizzaForm
    fields = [
        ("name", "slug", "position"),
        ("category", "minutes"),
        ("base_price", "price_from"),
        "price_history",
        "availability",
        "description",
        "recipe",
        "diet",
        "allergens",
    ]
    list_display = ["name", "base_price", "availability_control", "scheduled", "category", "minutes"]
    list_editable = ["base_price"]
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category"]
    filter_horizontal = ["recipe"]


@admin.register(SimpleItem)
class SimpleItemAdmin(MenuItemAdmin[SimpleItem]):
    fields = [
        ("name", "slug", "position"),
        ("category", "tax_kind"),
        ("price", "price_from"),
        "price_history",
        "availability",
        "description",
        "diet",
        "allergens",
        ("motif", "colour"),
    ]
    list_display = ["name", "price", "availability_control", "scheduled", "category"]
    list_editable = ["price"]
    list_filter = [ArchiveFilter, "category"]
    list_select_related = ["category"]
