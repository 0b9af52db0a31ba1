"""Who has changed a setting of the kitchen to what it is."""

from collections import deque
from collections.abc import Callable
from itertools import takewhile

from django.contrib.auth import get_user_model

from kitchen.models import Kitchen
from pizzeria.foundation.concurrent_edits import LastChange
from pizzeria.foundation.events.domain_events import Data, DomainEvent
from pizzeria.foundation.events.models import StoredEvent


def last_change(
    kitchen: Kitchen, event: type[DomainEvent[Kitchen]], is_current: Callable[[Data], bool]
) -> LastChange | None:
    """
    Return by whom and when a setting was set to what it is; None: by the set-up.

    :param event: the kind of event that sets it, in any of its versions
    :param is_current: whether the data of such an event have the current value
    """
    of_any_version = event.type.rpartition(".v")[0] + ".v"
    changes = StoredEvent.objects.filter(aggregate_ref=kitchen.ref, type__startswith=of_any_version).order_by("-seq")
    current = takewhile(lambda change: is_current(change.data), changes)
    change = next(iter(deque(current, maxlen=1)), None)  # the oldest of those since which it has not changed
    if change is None:
        return None
    user = get_user_model().objects.filter(pk=change.actor).first() if change.actor.isdecimal() else None
    return LastChange(str(user or change.actor), change.at)
