"""
Parameters of requests: decoded from a form or a query, and parsed strictly.

A *parser* takes a value as it was sent and the parameter's name, and returns the parsed value or raises `ApiError`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pizzeria.devtools.stripe_server.currencies import MINIMUM_CHARGES
from pizzeria.devtools.stripe_server.errors import ApiError, missing_parameter, unknown_parameter

type Parser = Callable[[Any, str], Any]

MAX_TEXT, MAX_LIST, MAX_DIGITS = 5000, 100, 18
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


def decode(encoded: str) -> dict[str, Any]:
    """
    Return the parameters of a form or a query, nested as their names say: `a[b][0]=c` is `{"a": {"b": {"0": "c"}}}`.

    :raises ApiError: a name is used as text and as an object
    """
    decoded: dict[str, Any] = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise ApiError("Invalid request: the parameters are not encoded in UTF-8.") from None
    for name, value in pairs:
        first, rest = re.match(r"([^\[]*)(.*)", name, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any name
        target, key = decoded, first
        for deeper in re.findall(r"\[([^\[\]]*)\]", rest):
            target = target.setdefault(key, {})
            if not isinstance(target, dict):
                raise ApiError("Invalid object", param=name)
            key = deeper or str(len(target))  # a[]=b appends
        if isinstance(target.get(key), dict):
            raise ApiError("Invalid object", param=name)
        target[key] = value
    return decoded


def text(*, max_length: int = MAX_TEXT) -> Parser:
    def parse(value: Any, name: str) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise ApiError("Invalid string", param=name)
        if not value:
            raise ApiError(
                f"You passed an empty string for '{name}'. Leave the parameter out instead.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > max_length:
            raise ApiError(f"Invalid string: must be at most {max_length} characters", param=name)
        return value

    return parse


def integer(*, minimum: int = 0, maximum: int | None = None) -> Parser:
    def parse(value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(rf"-?[0-9]{{1,{MAX_DIGITS}}}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if number < minimum or (maximum is not None and number > maximum):
            limits = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
            raise ApiError(f"Invalid integer: must be {limits}", code="parameter_invalid_integer", param=name)
        return number

    return parse


def choice(*options: str) -> Parser:
    def parse(value: Any, name: str) -> str:
        if value not in options:
            raise ApiError(f"Invalid {name}: must be one of {', '.join(options)}", param=name)
        return str(value)

    return parse


def list_of(parser: Parser, *, at_most: int = MAX_LIST) -> Parser:
    def parse(value: Any, name: str) -> list[Any]:
        if not isinstance(value, dict) or not all(index.isdecimal() and index.isascii() for index in value):
            raise ApiError("Invalid array", param=name)
        if len(value) > at_most:
            raise ApiError(f"Invalid array: must have at most {at_most} elements", param=name)
        return [parser(value[index], f"{name}[{index}]") for index in sorted(value, key=int)]

    return parse


def mapping(fields: Mapping[str, Parser], *, required: Collection[str] = ()) -> Parser:
    """Return the parser of an object that may have these fields and no others."""

    def parse(value: Any, name: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=name)
        names = {key: f"{name}[{key}]" if name else key for key in [*fields, *value]}
        for key in value:
            if key not in fields:
                raise unknown_parameter(names[key])
        for key in required:
            if key not in value:
                raise missing_parameter(names[key])
        return {key: fields[key](item, names[key]) for key, item in value.items()}

    return parse


def metadata(value: Any, name: str) -> dict[str, str]:
    """Parse the merchant's own keys and values; an empty value removes its key."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ApiError("Invalid object: metadata holds strings only", param=name)
    if len(value) > METADATA_KEYS:
        raise ApiError(f"Metadata can have up to {METADATA_KEYS} keys, not {len(value)}.", param=name)
    for key, item in value.items():
        if not 0 < len(key) <= METADATA_KEY_LENGTH:
            raise ApiError(f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters.", param=name)
        if len(item) > METADATA_VALUE_LENGTH:
            raise ApiError(
                f"Metadata values can have up to {METADATA_VALUE_LENGTH} characters.", param=f"{name}[{key}]"
            )
    return {key: item for key, item in value.items() if item}


def currency(value: Any, name: str) -> str:
    code = text()(value, name).lower()
    if code not in MINIMUM_CHARGES:
        known = ", ".join(MINIMUM_CHARGES)
        raise ApiError(f"Invalid currency: {code}. Stripe currently supports these currencies: {known}", param=name)
    return str(code)


def absolute_url(value: Any, name: str) -> str:
    address = text()(value, name)
    try:
        parts = urlsplit(address)
        is_absolute = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_absolute = False
    if not is_absolute or re.search(r"[\s\x00-\x1f\"'<>\\;]", address):
        raise ApiError("Not a valid URL", code="url_invalid", param=name)
    return str(address)


def email(value: Any, name: str) -> str:
    address = text(max_length=800)(value, name)
    if not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", address):
        raise ApiError(f"Invalid email address: {address}", code="email_invalid", param=name)
    return str(address)


def period(value: Any, name: str) -> dict[str, int]:
    """Parse a filter by time: a moment, or an object of `gt`, `gte`, `lt` and `lte`; all in seconds since 1970."""
    if isinstance(value, str):
        moment = integer()(value, name)
        return {"gte": moment, "lte": moment}
    return dict(mapping(dict.fromkeys(("gt", "gte", "lt", "lte"), integer()))(value, name))
