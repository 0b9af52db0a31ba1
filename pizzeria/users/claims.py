"""What a realm says of a person, read from the claims of its tokens, whatever shape they come in."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import EmailField

type Claims = Mapping[str, Any]

LONGEST_EMAIL = 254
_EMAIL = EmailField(required=False, max_length=LONGEST_EMAIL)


def role_names(claims: Claims, *, client_id: str) -> frozenset[str]:
    """
    Collect the names of realm roles and of one client's roles, as Keycloak writes them into tokens and userinfo.

    What is not there, or not a list of words, names no role.

    :param client_id: whose client roles count beside the realm's
    """
    clients = _mapping(claims.get("resource_access"))
    holders = (_mapping(claims.get("realm_access")), _mapping(clients.get(client_id)))
    return frozenset(name for holder in holders for name in _words(holder.get("roles")))


def text(claims: Claims, name: str, *, longest: int = 150) -> str:
    """Give a claim that is a text, on one line and no longer than we keep; "" when it is none."""
    value = claims.get(name)
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""


def email(claims: Claims) -> str:
    """Give the e-mail that somebody is said to have; "" when no letter could be sent there."""
    try:
        return str(_EMAIL.clean(text(claims, "email", longest=LONGEST_EMAIL + 1)))
    except ValidationError:
        return ""


def _mapping(value: object) -> Claims:
    return value if isinstance(value, Mapping) else {}


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
