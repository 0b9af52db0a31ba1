from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.customer import Customer
from orders.models.notice import Channel, Notice, NoticeKind, NoticeState
from orders.models.order import Order, OrderLine, OrderLinePart, PaymentMethod, Reason, Status

__all__ = [
    "Basket",
    "BasketLine",
    "Channel",
    "Customer",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderLinePart",
    "PaymentMethod",
    "Reason",
    "Status",
]
