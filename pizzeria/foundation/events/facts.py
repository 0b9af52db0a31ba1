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

from pizzeria.foundation.events.models import Aggregate, Event

type Data = dict[str, Any]
type Upcast = Callable[[Data], tuple[str, Data]]

_facts: dict[str, type["Fact[Any]"]] = {}
_upcasts: dict[str, Upcast] = {}


class Fact[N: Aggregate](BaseModel):
    """
    Something that happened to a noun: `class OrderReady(Fact[Order], type="order.ready.v1", news=order_ready)`.

    Types are written past tense with their version and never reused. `news` is the signal by which the world outside
    is told after the commit (`relay`); a fact without one is kept in the log and told to nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    news: ClassVar[Signal | None] = None

    def __init_subclass__(cls, *, type: str = "", news: Signal | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.news = news
        if type:
            if type in _facts:
                raise TypeError(f"two facts of type {type!r}")
            cls.type = type
            _facts[type] = cls

    def apply(self, aggregate: N, at: datetime) -> None:
        """
        Change the noun's row as this fact does; the only way an order's row changes.

        Nouns whose rows are edited directly (the menu's, in admin) keep this empty default.
        """


def declared() -> list[type[Fact[Any]]]:
    """Give every fact there is, in the newest version of each and in those that are only read any more."""
    return list(_facts.values())


def upcast(old_type: str) -> Callable[[Upcast], Upcast]:
    """
    Register how the data of an old version becomes the next one's.

    The function takes the old data and returns the newer type with its data; several steps are chained.
    """

    def register(function: Upcast) -> Upcast:
        _upcasts[old_type] = function
        return function

    return register


def read(event: Event) -> Fact[Any]:
    """
    Read an event as the newest version of its fact.

    :raises LookupError: no fact of that type is known
    """
    return read_data(event.type, event.data)


def read_data(written_as: str, data: Mapping[str, Any]) -> Fact[Any]:
    """Read what the log keeps, upcast as far as it goes."""
    version, current = written_as, dict(data)
    while version in _upcasts:
        version, current = _upcasts[version](current)
    if version not in _facts:
        raise LookupError(f"no fact of type {version!r}")
    return _facts[version].model_validate(current)
