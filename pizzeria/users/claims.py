"""Parsing of the claims of a realm's tokens and userinfo; claims of an unexpected type count as absent."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from pizzeria.foundation.forms import EmailField

type Claims = Mapping[str, Any]

MAX_EMAIL_LENGTH = 254
_EMAIL = EmailField(required=False, max_length=MAX_EMAIL_LENGTH)


def role_names(claims: Claims, *, client_id: str) -> frozenset[str]:
    """
    Return the names of the realm roles and of one client's roles, as Keycloak writes them into tokens and userinfo.

    A claim that is missing or not a list yields no role; list members that are not strings are skipped.

    :param client_id: the client whose roles count beside the realm's
    """
    clients = _mapping(claims.get("resource_access"))
    holders = (_mapping(claims.get("realm_access")), _mapping(clients.get(client_id)))
    return frozenset(name for holder in holders for name in _strings(holder.get("roles")))


def text(claims: Claims, name: str, *, longest: int = 150) -> str:
    """Return a text claim on one line, cut to `longest` characters; "" if the claim is not a text."""
    value = claims.get(name)
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""


def email(claims: Claims) -> str:
    """Return the claimed e-mail address; "" if it is missing or not valid."""
    try:
        return str(_EMAIL.clean(text(claims, "email", longest=MAX_EMAIL_LENGTH + 1)))
    except ValidationError:
        return ""


def _mapping(value: object) -> Claims:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
