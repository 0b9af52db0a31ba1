"""Queries and read models of the orders app."""

from orders.selectors.basket import NO_CHOICES, BasketSummary, Choices, basket, count_items, quantities
from orders.selectors.order import (
    OrderDetail,
    get_order,
    order_by_guest_token,
    order_detail,
    order_for_basket,
    order_row,
    order_url,
    orders_of,
    visible_to,
)
from orders.selectors.phone_proofs import ProofStep, is_phone_proved, proof_step

__all__ = [
    "NO_CHOICES",
    "BasketSummary",
    "Choices",
    "OrderDetail",
    "ProofStep",
    "basket",
    "count_items",
    "get_order",
    "is_phone_proved",
    "order_by_guest_token",
    "order_detail",
    "order_for_basket",
    "order_row",
    "order_url",
    "orders_of",
    "proof_step",
    "quantities",
    "visible_to",
]
