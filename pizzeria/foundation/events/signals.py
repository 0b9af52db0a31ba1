"""News of the log, sent inside the transaction: whoever hears it fails the whole command by failing."""

from django.dispatch import Signal

recorded = Signal()
"""Facts have happened to a noun. Sender is the noun's class; sends `aggregate`, as it is now, and its new `events`."""
