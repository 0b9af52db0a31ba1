from django.contrib import admin

from menu.admin.items import ArchiveFilter, MenuItemAdmin
from menu.models import Topping


@admin.register(Topping)
class ToppingAdmin(MenuItemAdmin[Topping]):
    fields = [
        ("name", "slug", "position"),
        ("price", "price_from"),
        "price_history",
        ("diet", "spicy"),
        "availability",
        "allergens",
        ("shape", "colour"),
    ]
    list_display = ["name", "price", "availability_control", "scheduled", "diet", "spicy"]
    list_editable = ["price"]
    list_filter = [ArchiveFilter, "diet", "spicy"]
