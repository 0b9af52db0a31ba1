"""The batch in which the relay publishes events: what receivers do once for all of them."""

from collections.abc import Callable, Hashable, Iterable
from typing import cast

from pizzeria.foundation.events.models import StoredEvent


class RelayBatch:
    """
    Results of what receivers have read or done once for the events that a relay has claimed together.

    It was read or done after the events were claimed, so everything is seen that was committed before or with them.

    :param events: the events that were claimed together
    """

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        self.aggregate_refs = frozenset(event.aggregate_ref for event in events)
        self._results: dict[Hashable, object] = {}

    def once[T](self, key: Hashable, function: Callable[[], T]) -> T:
        """
        Return the result of a function, which is called for the first event of the batch that asks for it.

        :param key: of the function and what it depends on; not called again for the same key unless it has failed
        """
        if key not in self._results:
            self._results[key] = function()
        return cast("T", self._results[key])
