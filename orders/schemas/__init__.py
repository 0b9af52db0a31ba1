"""Orders as the API takes them, quotes them and shows them."""

from orders.schemas.order_quote import QuoteRecord, quote_record
from orders.schemas.order_record import (
    DriverRecord,
    EventRecord,
    OrderRecord,
    driver_record,
    event_content,
    event_record,
    order_record,
    order_records,
)
from orders.schemas.order_request import OrderRequest

__all__ = [
    "DriverRecord",
    "EventRecord",
    "OrderRecord",
    "OrderRequest",
    "QuoteRecord",
    "driver_record",
    "event_content",
    "event_record",
    "order_record",
    "order_records",
    "quote_record",
]
