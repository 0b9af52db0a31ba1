from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.customer import Customer
from orders.models.notice import Notice, NoticeKind, NoticeState, NotificationChannel
from orders.models.order import (
    DELIVERY_FAILURE_REASONS,
    CancelReason,
    Order,
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
    "Customer",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "NotificationChannel",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderLinePart",
    "OrderStatus",
    "PaymentMethod",
]
