"""A nudge: "there is news of this noun", for a worker to relay it now rather than with the next sweep."""

from functools import partial
from uuid import UUID

from django.db import transaction

from pizzeria.foundation import background
from pizzeria.foundation.events import tasks


def wake_relay_on_commit(aggregate_ref: UUID) -> None:
    """
    Nudge a worker once the transaction is committed, in the background.

    With the broker gone nothing happens: the sweeper finds what waits.
    """
    transaction.on_commit(partial(_wake_relay, aggregate_ref), robust=True)


def _wake_relay(aggregate_ref: UUID) -> None:
    background.submit("wake_relay", partial(tasks.relay.delay, str(aggregate_ref)))
