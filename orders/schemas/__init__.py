"""Orders as the API takes them, quotes them and shows them."""

from orders.schemas.order_quote import QuoteRecord, quote_record
from orders.schemas.order_record import (
    EventRecord,
    OrderRecord,
    event_content,
    event_record,
    order_record,
    order_records,
)
from orders.schemas.order_request import OrderRequest

__all__ = [
    "EventRecord",
    "OrderRecord",
    "OrderRequest",
    "QuoteRecord",
    "event_content",
    "event_record",
    "order_record",
    "order_records",
    "quote_record",
]
