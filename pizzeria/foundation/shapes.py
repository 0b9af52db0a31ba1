"""
The shape of a class of cached values, for their cache keys.

Pickled dataclasses are restored by the position of their fields. While a release is deployed, processes of two releases
share a cache; a key that has the shape in it keeps each from reading what the other's classes have written.
"""

import hashlib
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeAliasType, get_args, get_type_hints


def shape_of(cls: type) -> str:
    """Return a short hash of a dataclass: of its fields and their types, and of all classes in these types."""
    described = [_describe(each) for each in classes_within(cls)]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:8]


def classes_within(hint: Any) -> list[type]:
    """Return the dataclasses and enumerations that values of a type can have in them, by its annotations."""
    found: dict[type, None] = {}
    _add_classes(hint, found)
    return list(found)


def _add_classes(hint: Any, found: dict[type, None]) -> None:
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    for argument in get_args(hint):
        _add_classes(argument, found)
    if not isinstance(hint, type) or hint in found:
        return
    if is_dataclass(hint) or issubclass(hint, Enum):
        found[hint] = None
    if is_dataclass(hint):
        for annotation in get_type_hints(hint).values():
            _add_classes(annotation, found)


def _describe(cls: type) -> str:
    name = f"{cls.__module__}.{cls.__qualname__}"
    if is_dataclass(cls):
        types = get_type_hints(cls)
        return f"{name} {[(field.name, types[field.name]) for field in fields(cls)]}"
    assert issubclass(cls, Enum)
    return f"{name} {[(member.name, member.value) for member in cls]}"
