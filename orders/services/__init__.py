"""What happens at the desk, one verb family a file: the trip of an order, read from top to bottom."""

from orders.services.basket import BasketFull, BasketGone, add_to_basket, change_quantity, remove_line
from orders.services.cooking import mark_cooking, mark_ready
from orders.services.handing_over import OrderMoved, hand_over
from orders.services.placing import (
    BasketSpent,
    ContactDetails,
    EmptyBasket,
    TotalChanged,
    place_order,
)

__all__ = [
    "BasketFull",
    "BasketGone",
    "BasketSpent",
    "ContactDetails",
    "EmptyBasket",
    "OrderMoved",
    "TotalChanged",
    "add_to_basket",
    "change_quantity",
    "hand_over",
    "mark_cooking",
    "mark_ready",
    "place_order",
    "remove_line",
]
