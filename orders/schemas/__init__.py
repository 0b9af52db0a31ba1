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
from orders.schemas.slots import SlotRecord, slot_records

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
    "SlotRecord",
    "driver_record",
    "event_content",
    "event_record",
    "order_record",
    "order_records",
    "quote_record",
    "slot_records",
]
