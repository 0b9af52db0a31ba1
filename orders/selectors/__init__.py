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
from orders.selectors.order_access import (
    events_of,
    may_read_contact,
    order_with_content,
    own_orders,
    readable_orders,
    staff_of,
    with_status,
)
from orders.selectors.payment_methods import CARD_GATEWAY, offered_payment_methods
from orders.selectors.phone_proofs import ProofStep, is_phone_proved, proof_step
from orders.selectors.quotes import offered_slots
from orders.selectors.tracker import Tracker, tracker

__all__ = [
    "CARD_GATEWAY",
    "NO_CHOICES",
    "BasketSummary",
    "Choices",
    "OrderDetail",
    "ProofStep",
    "Tracker",
    "basket",
    "count_items",
    "events_of",
    "get_order",
    "is_phone_proved",
    "last_payment_method",
    "may_read_contact",
    "offered_payment_methods",
    "offered_slots",
    "order_by_guest_token",
    "order_detail",
    "order_for_basket",
    "order_row",
    "order_url",
    "order_with_content",
    "orders_of",
    "own_orders",
    "payment_url",
    "proof_step",
    "quantities",
    "readable_orders",
    "staff_of",
    "tracker",
    "unpaid_order_url",
    "visible_to",
    "with_status",
]
