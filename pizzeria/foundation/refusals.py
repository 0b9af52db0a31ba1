"""
Refusals: how a command says no.

A refusal is declared beside the command that raises it and worded for the person who reads it. Views turn it into a
message, the API into a problem with its code, the admin into a warning; nobody else catches it.
"""

from typing import ClassVar

_codes: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """
    A rule of the shop says no.

    :param sentence: what the person reads
    :param field: the form field the sentence belongs beside, if there is one
    """

    code: ClassVar[str] = "refused"  # stable: other programs compare with it
    status: ClassVar[int] = 409  # what the API answers

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        known = _codes.setdefault(cls.code, cls)
        if known is not cls and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__qualname__} and {known.__qualname__} share the code {cls.code!r}")

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(Refusal):
    """The actor lacks the permission that the command asks for."""

    code = "not_allowed"
    status = 403


class Busy(Refusal):
    """Somebody else holds what the command needs, for longer than anybody should wait."""

    code = "busy"
