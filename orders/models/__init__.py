from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.customer import Customer
from orders.models.notice import Channel, Notice, NoticeKind, NoticeState
from orders.models.order import AT_THE_DOOR, Order, OrderLine, OrderLinePart, PaymentMethod, Reason, Status

__all__ = [
    "AT_THE_DOOR",
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
