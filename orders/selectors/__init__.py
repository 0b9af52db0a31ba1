"""Queries and read models of the orders app."""

from orders.selectors.basket import NO_CHOICES, BasketSummary, Choices, basket, count_items, quantities
from orders.selectors.order import (
    OrderDetail,
    get_order,
    last_payment_method,
    order_by_guest_token,
    order_detail,
    order_for_basket,
    order_row,
    order_url,
    orders_of,
    payment_url,
    unpaid_order_url,
    visible_to,
)
from orders.selectors.payment_methods import CARD_GATEWAY, offered_payment_methods
from orders.selectors.phone_proofs import ProofStep, is_phone_proved, proof_step

__all__ = [
    "CARD_GATEWAY",
    "NO_CHOICES",
    "BasketSummary",
    "Choices",
    "OrderDetail",
    "ProofStep",
    "basket",
    "count_items",
    "get_order",
    "is_phone_proved",
    "last_payment_method",
    "offered_payment_methods",
    "order_by_guest_token",
    "order_detail",
    "order_for_basket",
    "order_row",
    "order_url",
    "orders_of",
    "payment_url",
    "proof_step",
    "quantities",
    "unpaid_order_url",
    "visible_to",
]
