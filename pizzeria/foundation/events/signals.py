"""The signal of the event log, sent inside the transaction: a receiver that fails makes the whole command fail."""

from django.dispatch import Signal

recorded = Signal()
"""Facts have happened to a noun. Sender is the noun's class; sends `aggregate`, as it is now, and its new `events`."""
