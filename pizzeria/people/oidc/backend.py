"""Who comes back from the sign-in server: what the library's own backend would believe is looked at again here."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pizzeria.foundation.actor import SYSTEM
from pizzeria.people.claims import role_names
from pizzeria.people.identities import take_in
from pizzeria.people.models import User
from pizzeria.people.oidc import provider
from pizzeria.people.oidc.provider import Tokens
from pizzeria.people.oidc.tokens import BadToken, claims_of_id_token, verified


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody brought who has just signed in."""

    tokens: Tokens
    claims: dict[str, Any]  # of the ID token


class KeycloakBackend(ModelBackend):
    """
    Signs in whoever comes back with a code. Permissions are Django's own: those of the groups.

    mozilla-django-oidc's backend accepts a token of any issuer for anybody, and knows people by their e-mail; of it
    only the views are used.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, nonce: str | None = None, code_verifier: str | None = None
    ) -> User | None:
        """
        Exchange the code for tokens, check them, and find or make the person; `request.arrival` is what they brought.

        :param nonce: as it was sent along; every sign-in has one
        :raises Denied, BadToken: nobody is signed in, nothing was made
        :raises OutOfReach: nobody can say at the moment
        """
        if request is None or not nonce:
            return None
        tokens = provider.tokens_for_code(
            request.GET["code"], verifier=code_verifier, redirect_uri=request.build_absolute_uri(request.path)
        )
        claims = claims_of_id_token(tokens.id, nonce=nonce)
        told = told_of(tokens, subject=claims["sub"])
        user = take_in(
            issuer=settings.OIDC_ISSUER,
            subject=claims["sub"],
            claims={**claims, **told.claims},
            roles=told.roles,
            by=SYSTEM,
        )
        request.arrival = Arrival(tokens, claims)  # type: ignore[attr-defined]
        return user


@dataclass(frozen=True, slots=True)
class Told:
    """What the sign-in server says of somebody now."""

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
