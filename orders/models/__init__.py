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
]
