from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.order import (
    DELIVERY_FAILURE_REASONS,
    CancelReason,
    Order,
    OrderAdjustment,
    OrderLine,
    OrderLinePart,
    OrderStatus,
    PaymentMethod,
)
from orders.models.phone_proof import PhoneProof

__all__ = [
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
    "PaymentMethod",
    "PhoneProof",
]
