"""The tables that a past order has rows in, with the columns that the bulk history writes, in its own order."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from kitchen.models import Ticket
from orders.models import CouponUse, Order, OrderAdjustment, OrderContact, OrderLine, OrderLinePart
from orders.payments.models import PaymentAttempt, Receipt, ReceiptPdf, Refund, RefundRequest
from pizzeria.demo.bulk_history.baskets import ADJUSTMENT_COLUMNS, LINE_COLUMNS, PART_COLUMNS
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table


def _table(model: type[models.Model], *columns: str) -> Table:
    known: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    return Table(model, tuple(known[column].column for column in columns))


ORDERS = _table(
    Order,
    *("id", "ref", "seq", "kitchen_id", "customer_id", "method", "status", "number", "business_date", "placed_at"),
    *("promise_from", "promise_until", "lines_total", "adjustments_total", "tax_total", "tax_lines", "tax_included"),
    *("total", "price_trace", "payment_method", "payment_status", "payment_failure", "paid", "refund_requested"),
    *("refunded", "driver_id", "cancel_reason", "confirmed_at", "cooking_started_at", "ready_at"),
    *("out_for_delivery_at", "delivered_at", "cancelled_at"),
)
LINES = _table(OrderLine, "id", "order_id", *LINE_COLUMNS)
PARTS = _table(OrderLinePart, "line_id", *PART_COLUMNS)
ADJUSTMENTS = _table(OrderAdjustment, "order_id", *ADJUSTMENT_COLUMNS)
CONTACTS = _table(
    OrderContact,
    *("order_id", "name", "phone", "email", "street", "postal_code", "city", "directions", "allergies", "notes"),
    *("reason_note", "guest_token", "client"),
)
COUPON_USES = _table(CouponUse, "coupon_id", "order_id", "given_back_at")
TICKETS = _table(
    Ticket,
    *("kitchen_id", "ref", "label", "business_date", "method", "driving_minutes", "items", "allergies", "notes"),
    *("minutes", "pizzas", "state", "state_changed_at", "state_changed_by", "previous_state"),
    *("previous_state_changed_at", "previous_state_changed_by", "due_at", "started_at"),
)
EVENTS = _table(StoredEvent, "id", "stream", "aggregate_ref", "seq", "type", "data", "actor", "at")
OUTBOX = _table(OutboxEntry, "event_id", "attempts", "due_at", "relayed_at")
ATTEMPTS = _table(
    PaymentAttempt,
    *("id", "ref", "order_id", "gateway", "method", "amount", "currency", "state", "failure", "idempotency_key"),
    *("session_id", "payment_id", "url", "created_at", "expires_at", "asked_at", "due_at", "lookups", "error"),
    *("captured", "captured_currency", "captured_at", "taken_by", "refund_requested"),
)
REFUNDS = _table(
    Refund,
    *("id", "ref", "attempt_id", "amount", "reason", "state", "requested_by", "idempotency_key", "refund_id"),
    *("created_at", "due_at", "done_at", "attempts", "error"),
)
REFUND_REQUESTS = _table(
    RefundRequest,
    *("ref", "order_id", "items", "amount", "reason", "note", "state", "needs_second_manager", "requested_by_id"),
    *("requested_at", "decided_by_id", "decided_at"),
)
RECEIPTS = _table(
    Receipt,
    *("id", "ref", "kitchen_id", "kind", "order_id", "attempt_id", "refund_id", "corrects_id", "currency", "total"),
    *("content", "issued_at", "business_date", "year", "number"),
)
PDFS = _table(ReceiptPdf, "receipt_id", "attempts", "error")

# In the order of their foreign keys: what is referred to comes first.
TABLES = (
    ORDERS,
    LINES,
    PARTS,
    ADJUSTMENTS,
    CONTACTS,
    COUPON_USES,
    TICKETS,
    EVENTS,
    OUTBOX,
    ATTEMPTS,
    REFUNDS,
    REFUND_REQUESTS,
    RECEIPTS,
    PDFS,
)
