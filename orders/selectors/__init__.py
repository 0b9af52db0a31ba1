"""What is seen at the desk."""

from orders.selectors.basket import BasketPicture, basket, count
from orders.selectors.order import (
    OrderPicture,
    address,
    by_guest_key,
    order_picture,
    orders_of,
    visible_to,
    what_became_of,
)

__all__ = [
    "BasketPicture",
    "OrderPicture",
    "address",
    "basket",
    "by_guest_key",
    "count",
    "order_picture",
    "orders_of",
    "visible_to",
    "what_became_of",
]
