"""
Domain events of the order's stream.

Each event applies itself to the order's row; nothing else changes the row. Events hold ids, choices, amounts and
times, never personal data or free text.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kitchen.models import FulfillmentMethod
from orders import signals
from orders.models import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentFailure,
    PaymentMethod,
    PaymentStatus,
    RefundReason,
)
from orders.price_trace import PriceTrace
from orders.totals import Adjustment, TaxLine, Totals
from pizzeria.foundation.events.domain_events import Data, DomainEvent, upcast


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToppingRef(_Frozen):
    slug: str
    name: str


class PricedToppingRef(ToppingRef):
    price: Decimal


class PlacedPart(_Frozen):
    slug: str
    name: str
    recipe: tuple[ToppingRef, ...]
    added: tuple[PricedToppingRef, ...]
    left_out: tuple[ToppingRef, ...]


class PlacedDeclaration(_Frozen):
    """Diet labels and allergens of one item as it was ordered, as `menu.declarations.Declaration` has them."""

    diet_labels: tuple[str, ...]
    allergens: tuple[str, ...]
    is_complete: bool


class PlacedLine(_Frozen):
    """A line as it was ordered; `tax_rate`, in percent, is None if it was ordered before it was recorded."""

    kind: Literal["pizza", "simple_item"]
    slug: str
    name: str
    size: str
    size_name: str
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal | None
    minutes: int
    parts: tuple[PlacedPart, ...]
    declaration: PlacedDeclaration | None  # None: ordered before it was recorded


class OrderPlaced(DomainEvent[Order], type="order.placed.v4", signal=signals.order_placed):
    kitchen: UUID
    customer: UUID | None
    number: int
    business_date: date
    method: FulfillmentMethod
    wanted_at: datetime | None  # None: as soon as possible
    promise_from: datetime
    promise_until: datetime
    lines: tuple[PlacedLine, ...]
    lines_total: Decimal
    adjustments: tuple[Adjustment, ...]
    tax_lines: tuple[TaxLine, ...]
    tax_included: bool
    total: Decimal
    trace: PriceTrace | None  # None: placed before it was recorded
    payment_method: PaymentMethod

    @property
    def totals(self) -> Totals:
        return Totals.model_validate(self, from_attributes=True)

    def apply(self, aggregate: Order, at: datetime) -> None:
        for field in ("number", "business_date", "method", "promise_from", "promise_until", "payment_method"):
            setattr(aggregate, field, getattr(self, field))
        aggregate.requested_for = self.wanted_at
        aggregate.set_totals(self.totals)
        aggregate.price_trace = self.trace.model_dump(mode="json") if self.trace else None
        aggregate.placed_at = at
        aggregate.payment_status = PaymentStatus.PENDING if aggregate.is_by_card else PaymentStatus.DUE


@upcast("order.placed.v1")
def _with_unknown_declarations(data: Data) -> tuple[str, Data]:
    return "order.placed.v2", {**data, "lines": [{**line, "declaration": None} for line in data["lines"]]}


@upcast("order.placed.v2")
def _without_tax_rates_and_trace(data: Data) -> tuple[str, Data]:
    lines = [{**line, "tax_rate": None} for line in data["lines"]]
    return "order.placed.v3", {**data, "lines": lines, "trace": None}


@upcast("order.placed.v3")
def _as_soon_as_possible(data: Data) -> tuple[str, Data]:
    return OrderPlaced.type, {**data, "wanted_at": None}


class OrderConfirmed(DomainEvent[Order], type="order.confirmed.v1", signal=signals.order_confirmed):
    """Confirmation that the kitchen may start: the order is paid, or (cash) the payment is due at handover."""

    payment_method: PaymentMethod
    payment: Literal["paid", "due"]
    promise_from: datetime
    promise_until: datetime

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.CONFIRMED
        aggregate.confirmed_at = at
        aggregate.promise_from, aggregate.promise_until = self.promise_from, self.promise_until


class OrderPaymentCaptured(DomainEvent[Order], type="order.payment_captured.v1", signal=signals.order_payment_captured):
    """
    Capture of a payment at the gateway. It alone raises `paid`, whatever the order's status is by then.

    :param attempt: the payment attempt's ref
    """

    attempt: UUID
    amount: Decimal

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.paid += self.amount
        aggregate.update_payment_status()


class OrderPaymentFailed(DomainEvent[Order], type="order.payment_failed.v1", signal=signals.order_payment_failed):
    """End of a payment attempt that has not paid the order."""

    attempt: UUID
    reason: PaymentFailure

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.payment_failure = self.reason
        if not aggregate.paid:
            aggregate.payment_status = PaymentStatus.FAILED


class OrderRefundRequested(DomainEvent[Order], type="order.refund_requested.v1", signal=signals.order_refund_requested):
    """Request that an amount of what was paid is given back; the gateway has not been asked yet."""

    refund: UUID
    amount: Decimal
    reason: RefundReason

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.refund_requested += self.amount
        aggregate.update_payment_status()


class OrderRefunded(DomainEvent[Order], type="order.refunded.v1", signal=signals.order_refunded):
    refund: UUID
    amount: Decimal

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.refunded += self.amount
        aggregate.update_payment_status()


class OrderCookingStarted(DomainEvent[Order], type="order.cooking_started.v1", signal=signals.order_cooking_started):
    staff: int | None  # the user's id; None: the system

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.COOKING
        aggregate.cooking_started_at = at


class OrderReady(DomainEvent[Order], type="order.ready.v1", signal=signals.order_ready):
    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.READY
        aggregate.ready_at = at


class OrderDelivered(DomainEvent[Order], type="order.delivered.v1", signal=signals.order_delivered):
    """Handover to the guest, at the counter or at the delivery address."""

    method: FulfillmentMethod
    cash_taken: Decimal  # 0.00 if the order was paid before

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.DELIVERED
        aggregate.delivered_at = at
        aggregate.paid += self.cash_taken
        if self.cash_taken:
            aggregate.update_payment_status()


class OrderRecalled(DomainEvent[Order], type="order.recalled.v1", signal=signals.order_recalled):
    """Recall of an order marked ready too early: back into the oven, or to the head of the waiting tickets."""

    to: Literal["cooking", "waiting"]

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.COOKING if self.to == "cooking" else OrderStatus.CONFIRMED
        aggregate.ready_at = None


class OrderStepUndone(DomainEvent[Order], type="order.step_undone.v1", signal=signals.order_step_undone):
    """
    Undo of the order's last step, soon after it: the order is as it was before, and cash taken is given back.

    :param undone: the type of the step's event
    :param seq: its seq
    :param status: the order's status before the step
    :param cooking_started_at: as before the step; empty if the order had never been in the oven
    """

    undone: Literal["order.cooking_started.v1", "order.ready.v1", "order.delivered.v1"]
    seq: int
    status: OrderStatus
    cooking_started_at: datetime | None
    cash_returned: Decimal

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = self.status
        aggregate.cooking_started_at = self.cooking_started_at
        match self.undone:
            case OrderReady.type:
                aggregate.ready_at = None
            case OrderDelivered.type:
                aggregate.delivered_at = None
                aggregate.paid -= self.cash_returned
                if self.cash_returned:
                    aggregate.payment_status = PaymentStatus.DUE


class OrderCancelled(DomainEvent[Order], type="order.cancelled.v1", signal=signals.order_cancelled):
    reason: CancelReason

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.CANCELLED
        aggregate.cancelled_at = at
        aggregate.cancel_reason = self.reason
        if aggregate.payment_status == PaymentStatus.PENDING:
            aggregate.payment_status = PaymentStatus.FAILED


class OrderDriverAssigned(DomainEvent[Order], type="order.driver_assigned.v1", signal=signals.order_driver_assigned):
    driver: int  # the user's id

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.driver_id = self.driver


class OrderDriverUnassigned(
    DomainEvent[Order], type="order.driver_unassigned.v1", signal=signals.order_driver_unassigned
):
    driver: int

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.driver_id = None


class OrderOutForDelivery(DomainEvent[Order], type="order.out_for_delivery.v1", signal=signals.order_out_for_delivery):
    driver: int

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.DELIVERING
        aggregate.out_for_delivery_at = at


class OrderDeliveryFailed(DomainEvent[Order], type="order.delivery_failed.v1", signal=signals.order_delivery_failed):
    """Failed delivery: nobody accepted the order; it is back at the counter and still has its driver."""

    driver: int
    reason: CancelReason

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.status = OrderStatus.READY
        aggregate.out_for_delivery_at = None


class OrderPromiseChanged(DomainEvent[Order], type="order.promise_changed.v1", signal=signals.order_promise_changed):
    promise_from: datetime
    promise_until: datetime

    def apply(self, aggregate: Order, at: datetime) -> None:
        aggregate.promise_from, aggregate.promise_until = self.promise_from, self.promise_until


class OrderNotesChanged(DomainEvent[Order], type="order.notes_changed.v1", signal=signals.order_notes_changed):
    """Change of what the guest has told the kitchen, once the order was placed. The contact holds the texts."""

    notes: bool  # whether they were changed
    allergies: bool


class OrderLinkedToCustomer(DomainEvent[Order], type="order.adopted.v1", signal=signals.order_linked_to_customer):
    """
    Link of a guest's order to a customer.

    As with placing, the command that writes the row sets `Order.customer`; `apply` does not.
    """

    customer: UUID
