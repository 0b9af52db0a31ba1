"""
Domain events: the typed payloads of stored events.

An app declares its domain events as classes; the log stores them as JSON. A domain event whose shape changes gets a
new version and an upcast from the old one, so that code only sees the newest shape while the log keeps what was
written.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.dispatch import Signal
from pydantic import BaseModel, ConfigDict

from pizzeria.foundation.events.models import Aggregate, StoredEvent

type Data = dict[str, Any]
type Upcast = Callable[[Data], tuple[str, Data]]

_types: dict[str, type["DomainEvent[Any]"]] = {}
_upcasts: dict[str, Upcast] = {}


class EventUnreadable(Exception):
    """This release cannot load a stored event: it does not declare its type, or the data does not match the type."""


class DomainEvent[N: Aggregate](BaseModel):
    """
    Something that happened to an aggregate:
    `class OrderReady(DomainEvent[Order], type="order.ready.v1", signal=order_ready)`.

    Types are named in the past tense with their version and never reused. `signal` is the signal with which the relay
    publishes the event after commit (`relay`); a domain event without one is stored in the log and not published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    signal: ClassVar[Signal | None] = None

    def __init_subclass__(cls, *, type: str = "", signal: Signal | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.signal = signal
        if type:
            if type in _types:
                raise TypeError(f"two domain events of type {type!r}")
            cls.type = type
            _types[type] = cls

    def apply(self, aggregate: N, at: datetime) -> None:
        """
        Apply this event to the aggregate's row; an order's row changes in no other way.

        Aggregates whose rows are changed directly (the menu, customers, the shop's settings) keep this empty default.
        """


def declared_types() -> list[type[DomainEvent[Any]]]:
    """Return all domain event classes: the newest version of each, and old versions that are only loaded."""
    return list(_types.values())


def upcast(old_type: str) -> Callable[[Upcast], Upcast]:
    """
    Register the function that converts the data of an old version to the next one's.

    The function takes the old data and returns the newer type with its data; several steps are chained.
    """

    def register(function: Upcast) -> Upcast:
        _upcasts[old_type] = function
        return function

    return register


def load(event: StoredEvent) -> DomainEvent[Any]:
    """
    Load a stored event as the newest version of its domain event.

    :raises EventUnreadable: a newer release wrote it, or its data is invalid
    """
    return load_data(event.type, event.data)


def apply_all[N: Aggregate](aggregate: N, events: Iterable[StoredEvent]) -> list[DomainEvent[N]]:
    """
    Apply stored events, in their sequence, to an aggregate's row in memory; return the domain events.

    :raises EventUnreadable: one of them cannot be loaded
    """
    applied = []
    for event in events:
        domain_event = load(event)
        domain_event.apply(aggregate, event.at)
        aggregate.seq = event.seq
        applied.append(domain_event)
    return applied


def load_data(written_as: str, data: Mapping[str, Any]) -> DomainEvent[Any]:
    """
    Return the domain event for a type and data from the log, upcast to the newest version.

    :raises EventUnreadable: no domain event of that type is declared, or the data does not match it
    """
    try:
        version, current = written_as, dict(data)
        while version in _upcasts:
            version, current = _upcasts[version](current)
        return _types[version].model_validate(current)
    except (LookupError, TypeError, ValueError, AttributeError) as error:  # also of an upcast, about the data
        raise EventUnreadable(f"{written_as} cannot be read by this release") from error
