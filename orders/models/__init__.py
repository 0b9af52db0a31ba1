from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.order import (
    CARD_METHODS,
    DELIVERY_FAILURE_REASONS,
    CancelReason,
    Order,
    OrderAdjustment,
    OrderLine,
    OrderLinePart,
    OrderStatus,
    PaymentFailure,
    PaymentMethod,
    PaymentStatus,
    RefundReason,
)
from orders.models.phone_proof import PhoneProof

__all__ = [
    "CARD_METHODS",
    "DELIVERY_FAILURE_REASONS",
    "Basket",
    "BasketLine",
    "CancelReason",
    "Order",
    "OrderAdjustment",
    "OrderContact",
    "OrderLine",
    "OrderLinePart",
    "OrderStatus",
    "PaymentFailure",
    "PaymentMethod",
    "PaymentStatus",
    "PhoneProof",
    "RefundReason",
]
