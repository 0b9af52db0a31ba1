"""What is seen at the desk."""

from orders.selectors.basket import BasketPicture, basket, count
from orders.selectors.customer import SavedContact, saved_contact
from orders.selectors.order import (
    OrderPicture,
    address,
    by_ref,
    is_theirs,
    order_by_guest_token,
    order_picture,
    orders_of,
    visible_to,
    what_became_of,
)

__all__ = [
    "BasketPicture",
    "OrderPicture",
    "SavedContact",
    "address",
    "basket",
    "by_ref",
    "count",
    "is_theirs",
    "order_by_guest_token",
    "order_picture",
    "orders_of",
    "saved_contact",
    "visible_to",
    "what_became_of",
]
