from django.contrib import admin

from menu.admin.items import ArchiveFilter, MenuItemAdmin
from menu.admin.pictures import PICTURE_FIELDS
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
        PICTURE_FIELDS,
    ]
    list_display = ["name", "availability_control", "price", "scheduled", "thumbnail", "diet", "spicy"]
    list_editable = ["price"]
    list_filter = [ArchiveFilter, "diet", "spicy"]
