"""
Facts: the data of an event, typed.

An app declares its facts as classes; the log keeps them as JSON. A fact whose shape changes gets a new version and an
upcast from the old one, so that code only ever sees the newest shape while the log keeps what was written.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.dispatch import Signal
from pydantic import BaseModel, ConfigDict

from pizzeria.foundation.events.models import Aggregate, StoredEvent

type Data = dict[str, Any]
type Upcast = Callable[[Data], tuple[str, Data]]

_types: dict[str, type["DomainEvent[Any]"]] = {}
_upcasts: dict[str, Upcast] = {}


class DomainEvent[N: Aggregate](BaseModel):
    """
    Something that happened to a noun: `class OrderReady(DomainEvent[Order], type="order.ready.v1",
    signal=order_ready)`.

    Types are written past tense with their version and never reused. `signal` is the signal by which the world outside
    is told after the commit (`relay`); a fact without one is kept in the log and told to nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    signal: ClassVar[Signal | None] = None

    def __init_subclass__(cls, *, type: str = "", signal: Signal | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.signal = signal
        if type:
            if type in _types:
                raise TypeError(f"two facts of type {type!r}")
            cls.type = type
            _types[type] = cls

    def apply(self, aggregate: N, at: datetime) -> None:
        """
        Change the noun's row as this fact does; the only way an order's row changes.

        Nouns whose rows are edited directly (the menu's, in admin) keep this empty default.
        """


def declared_types() -> list[type[DomainEvent[Any]]]:
    """Give every fact there is, in the newest version of each and in those that are only read any more."""
    return list(_types.values())


def upcast(old_type: str) -> Callable[[Upcast], Upcast]:
    """
    Register how the data of an old version becomes the next one's.

    The function takes the old data and returns the newer type with its data; several steps are chained.
    """

    def register(function: Upcast) -> Upcast:
        _upcasts[old_type] = function
        return function

    return register


def load(event: StoredEvent) -> DomainEvent[Any]:
    """
    Read an event as the newest version of its fact.

    :raises LookupError: no fact of that type is known
    """
    return load_data(event.type, event.data)


def load_data(written_as: str, data: Mapping[str, Any]) -> DomainEvent[Any]:
    """Read what the log keeps, upcast as far as it goes."""
    version, current = written_as, dict(data)
    while version in _upcasts:
        version, current = _upcasts[version](current)
    if version not in _types:
        raise LookupError(f"no fact of type {version!r}")
    return _types[version].model_validate(current)
