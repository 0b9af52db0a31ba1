"""The tables of the menu. Rows are edited in admin and API; changes are recorded in the menu's stream of events."""

from menu.models.categories import Category, Size
from menu.models.dishes import Dish, Pizza, SimpleItem, SimpleItemMotif, TaxKind
from menu.models.fields import price_field, refuse_unlikely_price, usual_topping_price
from menu.models.items import Allergen, Diet, MenuItem, MenuItemQuerySet, is_available_at
from menu.models.menu_version import MenuVersion
from menu.models.names import NameKey, refuse_taken_name
from menu.models.pictures import (
    CARD_WIDTH,
    MAX_ALT_TEXT,
    PAGE_WIDTH,
    PICTURE_WIDTHS,
    THUMBNAIL_WIDTH,
    Picture,
    PicturedModel,
    PictureRendition,
)
from menu.models.scheduled_prices import ItemKind, ScheduledPrice
from menu.models.toppings import Topping, ToppingShape

__all__ = [
    "CARD_WIDTH",
    "MAX_ALT_TEXT",
    "PAGE_WIDTH",
    "PICTURE_WIDTHS",
    "THUMBNAIL_WIDTH",
    "Allergen",
    "Category",
    "Diet",
    "Dish",
    "ItemKind",
    "MenuItem",
    "MenuItemQuerySet",
    "MenuVersion",
    "NameKey",
    "Picture",
    "PictureRendition",
    "PicturedModel",
    "Pizza",
    "ScheduledPrice",
    "SimpleItem",
    "SimpleItemMotif",
    "Size",
    "TaxKind",
    "Topping",
    "ToppingShape",
    "is_available_at",
    "price_field",
    "refuse_taken_name",
    "refuse_unlikely_price",
    "usual_topping_price",
]
