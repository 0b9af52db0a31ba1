"""
Signals of the kitchen, sent inside the command's transaction.

Receivers write in the same transaction, and a receiver that fails rolls the command back. The orders app receives what
cooks do, not what it requested itself: booking, handing over or withdrawing a ticket sends no `cooking_started`,
`ticket_ready`, `ticket_recalled` or `step_undone`.
"""

from django.dispatch import Signal

ticket_waiting = Signal()
"""
A ticket became one that cooks make: booked for now, paid, joined the queue at its time, or is started before that. Not
sent when it waits again after a recall, but again when it joins the queue after an early start that was undone. Sends
`ticket`, `kitchen`, the locked kitchen, and `at`.
"""

ticket_changed = Signal()
"""
What a ticket says was changed, or it was withdrawn. Sends `ticket`, `kitchen`, the locked kitchen, `change` (a
`TicketChange`), and `at`; the orders app requested it.
"""

cooking_started = Signal()
"""A ticket was put into the oven. Sends `ref` (the order's), `by`, `at`, and `kitchen`, the locked kitchen."""

ticket_ready = Signal()
"""A ticket came out of the oven. Sends `ref` (the order's), `by`, `at`, and `kitchen`, the locked kitchen."""

ticket_recalled = Signal()
"""A ready ticket went back into the queue. Sends `ref`, `to` (the state it is in now), `by`, `at`, and `kitchen`."""

step_undone = Signal()
"""A start or a finish was undone. Sends `ref`, `to` (the state it is in again), `by`, `at`, and `kitchen`."""

promises_changed = Signal()
"""Promises were recalculated. Sends `kitchen`, `at`, and `promises`: the current promises, by the order's ref."""

board_changed = Signal()
"""
The board changed, by a command of the kitchen or of the orders app. Sends `kitchen`, whose `version` is that of the
new board. A command may send it more than once.
"""
