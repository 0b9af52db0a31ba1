"""
Refusals: the exceptions with which a command rejects a request that a rule does not allow.

A refusal is declared beside the command that raises it and worded for the person who reads it. Views turn it into a
message, the API into a problem+json with its code, the admin into a warning.
"""

from collections.abc import Sequence
from typing import ClassVar

_codes: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """
    A request that a rule of the shop does not allow.

    :param message: the text for the person who made the request
    :param field: the form field beside which the message is shown, if any
    :param parts: refusals of single fields that this one sums up; the API names each of them
    """

    code: ClassVar[str] = "refused"  # stable: other programs compare with it
    status: ClassVar[int] = 409  # HTTP status of the API's response
    retry_after: int | None = None  # seconds after which the same request may be accepted; None: unknown

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        known = _codes.setdefault(cls.code, cls)
        if known is not cls and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__qualname__} and {known.__qualname__} share the code {cls.code!r}")

    def __init__(self, message: str, *, field: str = "", parts: Sequence["Refusal"] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.parts = tuple(parts)


class NotAllowed(Refusal):
    """The actor lacks the permission that the command requires."""

    code = "not_allowed"
    status = 403


class Busy(Refusal):
    """Another transaction holds a lock that the command needs, for longer than a request should wait."""

    code = "busy"
