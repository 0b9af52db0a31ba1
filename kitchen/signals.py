"""
News from the line, sent inside the command's transaction: whoever hears it writes there too, and a receiver that
fails undoes the command. The desk hears what cooks do, not what it asked for itself: a ticket that is booked, handed
over or withdrawn is no `cooking_started`, `ticket_ready` or `ticket_recalled`.
"""

from django.dispatch import Signal

cooking_started = Signal()
"""A ticket is in the oven. Sends `ref` (the order's), `by`, `at`, and `kitchen`, the locked kitchen."""

ticket_ready = Signal()
"""A ticket is out of the oven. Sends `ref` (the order's), `by`, `at`, and `kitchen`, the locked kitchen."""

ticket_recalled = Signal()
"""A ready ticket is back in the line. Sends `ref`, `to` (the state it is in now), `by`, `at`, and `kitchen`."""

promises_changed = Signal()
"""Tickets came, went or moved. Sends `kitchen`, `at`, and `promises`: what can be promised now, by the order's ref."""

board_changed = Signal()
"""
What a cook looks at is different now, whoever changed it, the desk included. Sends `kitchen`, whose `version` is the
new
board's. A command may send it more than once.
"""
