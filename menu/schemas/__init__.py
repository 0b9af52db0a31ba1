"""The menu as the API shows it, and as managers change it."""

from menu.schemas.menu_records import (
    MenuRecord,
    PizzaRecord,
    SimpleItemRecord,
    ToppingRecord,
    menu_record,
    pizza_record,
)
from menu.schemas.pizza_request import AvailabilityRequest, PizzaRequest

__all__ = [
    "AvailabilityRequest",
    "MenuRecord",
    "PizzaRecord",
    "PizzaRequest",
    "SimpleItemRecord",
    "ToppingRecord",
    "menu_record",
    "pizza_record",
]
