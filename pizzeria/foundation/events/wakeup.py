"""The wake-up of the relay: a worker publishes an aggregate's new events now, rather than with the next sweep."""

from functools import partial
from uuid import UUID

from django.db import transaction

from pizzeria.foundation import background
from pizzeria.foundation.events import tasks


def wake_relay_on_commit(aggregate_ref: UUID) -> None:
    """
    Queue a relay task for an aggregate once the transaction is committed, in the background.

    Aggregates whose transactions are committed within a moment share a task. While the broker is unavailable nothing
    happens: the sweep finds the waiting events.
    """
    transaction.on_commit(partial(_wake_relay, aggregate_ref), robust=True)


def _wake_relay(aggregate_ref: UUID) -> None:
    background.collect("wake_relay", tasks.relay.delay, str(aggregate_ref))
