from django.contrib import admin

from menu.admin.items import ArchiveFilter, MenuItemAdmin
from menu.models import Topping


@admin.register(Topping)
class ToppingAdmin(MenuItemAdmin[Topping]):
    fields = [
        ("name", "slug", "position"),
        ("price", "diet", "spicy"),
        "availability",
        "allergens",
        ("shape", "colour"),
    ]
    list_display = ["name", "price", "diet", "spicy", "availability"]
    list_filter = [ArchiveFilter, "diet", "spicy"]
