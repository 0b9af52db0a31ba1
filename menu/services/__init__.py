"""
Commands of the menu, one family per module: marking items sold out (the 86), editing, prices from a later moment on,
archiving, pictures, order, sizes, and the minutes that are learned.
"""

from menu.services.archive import archive, archive_item, restore_item
from menu.services.arranging import move_item
from menu.services.availability import mark_available, mark_sold_out
from menu.services.dated_prices import (
    FOLD_AFTER,
    PriceRefused,
    ScheduledPriceNotFound,
    fold_due_prices,
    fold_prices,
    items_with_due_prices,
    price_schedule,
    refuse_unless_price_moment,
    refuse_unless_schedulable,
    schedule,
    schedule_price,
    withdraw_scheduled_price,
)
from menu.services.editing import lock_item, price_of, record_edit, set_price
from menu.services.imports import Availability, ImportedItem, ImportRefused, import_items
from menu.services.learning import clear_learned_minutes, learn_minutes
from menu.services.pictures import copy_picture, describe_picture, purge_unused_pictures, set_picture
from menu.services.pizzas import PizzaDetails, PizzaInvalid, change_pizza, create_pizza
from menu.services.sizes import record_factor_change, set_up_sizes

__all__ = [
    "FOLD_AFTER",
    "Availability",
    "ImportRefused",
    "ImportedItem",
    "PizzaDetails",
    "PizzaInvalid",
    "PriceRefused",
    "ScheduledPriceNotFound",
    "archive",
    "archive_item",
    "change_pizza",
    "clear_learned_minutes",
    "copy_picture",
    "create_pizza",
    "describe_picture",
    "fold_due_prices",
    "fold_prices",
    "import_items",
    "items_with_due_prices",
    "learn_minutes",
    "lock_item",
    "mark_available",
    "mark_sold_out",
    "move_item",
    "price_of",
    "price_schedule",
    "purge_unused_pictures",
    "record_edit",
    "record_factor_change",
    "refuse_unless_price_moment",
    "refuse_unless_schedulable",
    "restore_item",
    "schedule",
    "schedule_price",
    "set_picture",
    "set_price",
    "set_up_sizes",
    "withdraw_scheduled_price",
]
