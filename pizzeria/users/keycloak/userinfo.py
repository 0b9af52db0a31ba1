"""What the sign-in server says of somebody: when they arrive, and each time it is asked again."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pizzeria.users.claims import role_names
from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import Tokens
from pizzeria.users.keycloak.tokens import TokenInvalid, TokenUnreadable, verify


@dataclass(frozen=True, slots=True)
class OidcLogin:
    """What somebody brought who has just signed in."""

    tokens: Tokens
    claims: dict[str, Any]  # of the ID token


@dataclass(frozen=True, slots=True)
class UserInfo:
    """What the server says of somebody now."""

    claims: dict[str, Any]
    roles: frozenset[str]


class SubjectMismatch(TokenInvalid):
    """What was asked for one person says of another."""


def fetch_userinfo(tokens: Tokens, *, subject: str) -> UserInfo:
    """
    Ask who somebody is and what they are here: the roles are in the access token, in userinfo, or in both.

    An access token that is not for us to read names none. One that is, and cannot be believed, is no answer: nobody is
    to lose a role by a clock that is off.

    :param subject: whose tokens these have to be
    :raises OfAnother: they are not
    :raises BadToken: nothing follows from what was said
    :raises Denied, OutOfReach: no answer
    """
    about = provider.userinfo(tokens.access)
    try:
        access = verify(tokens.access, required=("exp", "iat", "iss"), from_the_realm=True)
    except TokenUnreadable:
        access = {}
    if about.get("sub") != subject or access.get("sub", subject) != subject:
        raise SubjectMismatch("says of somebody else")
    roles = (role_names(claims, client_id=settings.OIDC_RP_CLIENT_ID) for claims in (access, about))
    return UserInfo(about, frozenset().union(*roles))
