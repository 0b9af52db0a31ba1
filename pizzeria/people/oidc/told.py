"""What the sign-in server says of somebody: when they arrive, and each time it is asked again."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pizzeria.people.claims import role_names
from pizzeria.people.oidc import provider
from pizzeria.people.oidc.provider import Tokens
from pizzeria.people.oidc.tokens import BadToken, verified


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody brought who has just signed in."""

    tokens: Tokens
    claims: dict[str, Any]  # of the ID token


@dataclass(frozen=True, slots=True)
class Told:
    """What the server says of somebody now."""

    claims: dict[str, Any]
    roles: frozenset[str]


def told_of(tokens: Tokens, *, subject: str) -> Told:
    """
    Ask who somebody is and what they are here: the roles are in the access token, in userinfo, or in both.

    :param subject: whose tokens these have to be
    :raises BadToken: they are another's
    :raises Denied, OutOfReach: no answer
    """
    about = provider.userinfo(tokens.access)
    if about.get("sub") != subject:
        raise BadToken("says of somebody else")
    try:
        access = verified(tokens.access)
    except BadToken:
        access = {}  # it need not be readable by us: then userinfo alone speaks
    if access and access["sub"] != subject:
        raise BadToken("says of somebody else")
    roles = (role_names(claims, client_id=settings.OIDC_RP_CLIENT_ID) for claims in (access, about))
    return Told(about, frozenset().union(*roles))
