"""The menu as the API shows it, and as managers change it."""

from menu.schemas.menu_records import (
    MenuRecord,
    PizzaRecord,
    SimpleItemRecord,
    ToppingRecord,
    menu_record,
    pizza_record,
)
from menu.schemas.pizza_request import AvailabilityRequest, NewPizza, PizzaReplacement

__all__ = [
    "AvailabilityRequest",
    "MenuRecord",
    "NewPizza",
    "PizzaRecord",
    "PizzaReplacement",
    "SimpleItemRecord",
    "ToppingRecord",
    "menu_record",
    "pizza_record",
]
