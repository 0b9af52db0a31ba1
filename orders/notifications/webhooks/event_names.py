"""
The events that webhooks are sent: every event of an order that is published after the commit.

An event has a name, such as `order.placed`, and a version of its data. A subscription chooses names. A message has the
type with the version, such as `order.placed.v4`: always the newest version that this release knows, as in
`GET /orders/{id}/events`, also of an event that was stored in an older one. A new version is announced by nothing but
this type, so receivers compare it before they read the data.
"""

from orders import events as order_events
from pizzeria.foundation.events.domain_events import DomainEvent

# The signals, by the types of the events.
PUBLISHED = {
    declared.type: declared.signal
    for declared in vars(order_events).values()
    if isinstance(declared, type) and issubclass(declared, DomainEvent) and declared.signal
}


def name_of(event_type: str) -> str:
    """Return the name of an event: its type without the version."""
    return event_type.rpartition(".v")[0]


EVENT_NAMES = [name_of(event_type) for event_type in PUBLISHED]
