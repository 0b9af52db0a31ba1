"""Commands of the menu: marking items sold out (the 86), editing, archiving, and the sizes, one family per module."""

from menu.services.archive import archive, archive_item, restore_item
from menu.services.availability import mark_available, mark_sold_out
from menu.services.editing import lock_item, price_of, record_edit
from menu.services.pizzas import PizzaDetails, PizzaInvalid, change_pizza, create_pizza
from menu.services.sizes import record_factor_change, set_up_sizes

__all__ = [
    "PizzaDetails",
    "PizzaInvalid",
    "archive",
    "archive_item",
    "change_pizza",
    "create_pizza",
    "lock_item",
    "mark_available",
    "mark_sold_out",
    "price_of",
    "record_edit",
    "record_factor_change",
    "restore_item",
    "set_up_sizes",
]
