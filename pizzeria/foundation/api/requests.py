"""What the apps' endpoints share about the body of a request: the context in which it is parsed, its fields' names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ninja.errors import ConfigError
from pydantic import ValidationInfo

from pizzeria.foundation.refusals import Refusal


def request_context(info: ValidationInfo) -> dict[str, Any]:
    """
    Return the mutable context of one parsed request, which holds the `request`.

    :raises ConfigError: nothing is parsed for a request
    """
    if info.context is None:
        raise ConfigError("this body is parsed within a request only")
    context: dict[str, Any] = info.context
    return context


@contextmanager
def naming_fields(names: Mapping[str, str]) -> Iterator[None]:
    """
    Name the fields of a refusal as the request's body does.

    :param names: of the body's fields, by the names of a command's refusals; one that is not there stays as it is, or
        is named as the field that it is a part of: `lines.0.keep.olives` as `lines.0.keep`
    """
    try:
        yield
    except Refusal as refusal:
        for each in (refusal, *refusal.parts):
            each.field = _name_in_body(each.field, names)
        raise


def _name_in_body(field: str, names: Mapping[str, str]) -> str:
    known = field
    while known and known not in names:
        known = known.rpartition(".")[0]
    return names.get(known, field)
