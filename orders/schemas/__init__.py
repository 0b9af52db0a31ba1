"""Orders as the API takes them, quotes them and shows them."""

from orders.schemas.cancellation import Note, Reason
from orders.schemas.order_quote import PromiseRecord, QuoteRecord, quote_record
from orders.schemas.order_record import (
    AddressRecord,
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
    "AddressRecord",
    "DriverRecord",
    "EventRecord",
    "Note",
    "OrderRecord",
    "OrderRequest",
    "PromiseRecord",
    "QuoteRecord",
    "Reason",
    "driver_record",
    "event_content",
    "event_record",
    "order_record",
    "order_records",
    "quote_record",
]
