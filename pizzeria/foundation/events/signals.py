"""The signal of the event log, sent inside the transaction: a receiver that fails makes the whole command fail."""

from django.dispatch import Signal

recorded = Signal()
"""Events were recorded for an aggregate. Sender: its class. Sends `aggregate`, as it is now, and its new `events`."""
