"""Claims and roles of a user as the provider reports them, at sign-in and at each session revalidation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from pizzeria.users.claims import role_names
from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import Tokens
from pizzeria.users.keycloak.tokens import TokenInvalid, TokenUnreadable, parse_time, verify


@dataclass(frozen=True, slots=True)
class OidcLogin:
    """The tokens of a new sign-in, and the claims of its ID token."""

    tokens: Tokens
    claims: dict[str, Any]  # of the ID token


@dataclass(frozen=True, slots=True)
class UserInfo:
    """
    A user's claims and role names at the provider.

    :param issued_at: the earliest time at which the provider can have made this answer; the later of two is newer
    """

    claims: dict[str, Any]
    roles: frozenset[str]
    issued_at: datetime


class SubjectMismatch(TokenInvalid):
    """Tokens or userinfo of another subject than the expected one."""


def fetch_userinfo(tokens: Tokens, *, subject: str) -> UserInfo:
    """
    Return a user's claims and roles from the provider: roles are in the access token, in userinfo, or in both.

    An access token that is opaque to us has no roles. A readable one that is invalid is an error, not a token without
    roles: a user must not lose a role because a clock is wrong.

    :param subject: the subject that tokens and userinfo must have
    :raises SubjectMismatch: they have another
    :raises TokenInvalid: the access token is readable but invalid
    :raises ProviderRefused, ProviderUnavailable: no userinfo, or no keys
    """
    about = provider.userinfo(tokens.access)
    try:
        access = verify(tokens.access, required=("exp", "iat", "iss"), from_the_realm=True)
    except TokenUnreadable:
        access = {}
    if about.get("sub") != subject or access.get("sub", subject) != subject:
        raise SubjectMismatch("another subject")
    roles = (role_names(claims, client_id=settings.OIDC_RP_CLIENT_ID) for claims in (access, about))
    # `iat` is in whole seconds; of two answers of one second, the one that was requested later counts as newer.
    issued_at = max(tokens.requested_at, parse_time(access, "iat") or tokens.requested_at)
    return UserInfo(about, frozenset().union(*roles), issued_at)
