"""
Signals of the orders app, sent after the commit.

The relay sends them from the event log, at least once and in each order's own sequence; it never repeats one on
purpose. A receiver hands the work to a task and returns; if a receiver fails, the signal is sent again.

The sender is the domain event's class. The arguments are `event`, the stored event, `domain_event`, its payload, and
`batch`, in which receivers do once what is the same for all events that are published together. They hold no personal
data: code that notifies people reads the contact when it does so. The signals are not sent inside
the command's transaction (`recorded` is), nor for an event that a manager has discarded. `phone_code_requested` is
the exception: it belongs to no event, and is sent inside the transaction.
"""

from django.dispatch import Signal

order_placed = Signal()
"""An order was placed; it has a place in the kitchen's queue."""

order_confirmed = Signal()
"""The kitchen may start: the order is paid, or (cash) due at handover. With cash, sent right after `order_placed`."""

order_payment_captured = Signal()
"""A payment was captured, possibly of an order that is cancelled by then; `domain_event` has the amount."""

order_payment_failed = Signal()
"""A payment failed, or ran out of time; `domain_event.reason` is the reason. `order_cancelled` follows."""

order_refund_requested = Signal()
"""An amount is to be refunded: sent right after `order_cancelled` of a paid order; `domain_event` has the amount."""

order_refunded = Signal()
"""The gateway has refunded an amount; `domain_event.refund` is the refund's ref."""

order_cooking_started = Signal()
"""The order is in the oven; sent again after a recall."""

order_ready = Signal()
"""The order is out of the oven; sent again after a recall."""

order_recalled = Signal()
"""The order was marked ready too early, and is back in the oven or in the queue."""

order_step_undone = Signal()
"""A start, a finish or a handover was undone; `domain_event.undone` is its type, and `domain_event.seq` its seq."""

order_driver_assigned = Signal()
"""The order was assigned to a driver; `domain_event.driver` is the user's id."""

order_driver_unassigned = Signal()
"""The order is no longer assigned to its driver."""

order_out_for_delivery = Signal()
"""The order has left the shop; sent again after a failed delivery."""

order_delivery_failed = Signal()
"""Nobody accepted the delivery: the order is back at the counter."""

order_delivered = Signal()
"""The order was handed to the guest, at the counter or at the delivery address."""

order_promise_changed = Signal()
"""The order will take longer than promised; `domain_event` has the new promise."""

order_cancelled = Signal()
"""The order was cancelled; `domain_event.reason` is the reason."""

order_notes_changed = Signal()
"""The guest or staff changed the notes or the allergies; `domain_event` has which, and the contact has the texts."""

order_linked_to_customer = Signal()
"""A guest's order was linked to a customer; `domain_event.customer` is the customer's ref."""

phone_code_requested = Signal()
"""
A guest asked for a code by SMS. Sent inside the command's transaction, which no event is part of; `proof` is the
`PhoneProof`.
"""
