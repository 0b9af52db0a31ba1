"""
News of orders for the world outside: relayed from the event log after the commit, at least once and in an order's own
sequence, never twice on purpose. Whoever hears it hands it to a task and returns; a receiver that fails is asked again.

Each is sent by its fact's class with `event`, the row of the log, and `domain_event`, what it says. Nothing personal
comes
along: whoever tells people reads the contact when it tells them. Not sent inside the command's transaction (that is
`recorded`), nor for an event that a manager has dropped.
"""

from django.dispatch import Signal

order_placed = Signal()
"""A guest has ordered; a place in the line is taken."""

order_confirmed = Signal()
"""The kitchen may begin: paid, or (cash) due when it is handed over. With cash at once after `order_placed`."""

order_cooking_started = Signal()
"""It is in the oven; again after a recall."""

order_ready = Signal()
"""It is out of the oven; again after a recall."""

order_recalled = Signal()
"""It was ready too early, and is back in the oven or in the line."""

order_driver_assigned = Signal()
"""A driver has it; `domain_event.driver` is the user's id."""

order_driver_unassigned = Signal()
"""A driver has it no longer."""

order_out_for_delivery = Signal()
"""It has left the shop; again after somebody did not open."""

order_delivery_failed = Signal()
"""Nobody took it: it is back at the counter."""

order_delivered = Signal()
"""It is in the guest's hands, at the counter or at the door."""

order_promise_changed = Signal()
"""It will take longer than promised; `domain_event` has the new promise."""

order_cancelled = Signal()
"""It will not come; `domain_event.reason` says why."""

order_linked_to_customer = Signal()
"""A guest's order is a customer's now; `domain_event.customer` is the customer's ref."""
