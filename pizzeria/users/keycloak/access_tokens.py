"""Verification of the access tokens of API clients, with or without a user. RFC 6750 and 9068, in Keycloak's shape."""

import re
from typing import Any

import jwt

from pizzeria.users.claims import Claims
from pizzeria.users.keycloak import trusted_issuers
from pizzeria.users.keycloak.tokens import TokenInvalid, verify_by
from pizzeria.users.keycloak.trusted_issuers import TrustedIssuer

MAX_TOKEN_LENGTH = 8192  # characters; about what a server accepts in a header
_BEARER = re.compile(r"bearer +([\w.~+/-]+=*)", re.IGNORECASE | re.ASCII)


class TokenMissing(TokenInvalid):
    """No access token was sent."""


def verify_access_token(authorization: str) -> dict[str, Any]:
    """
    Return the claims of the access token in an `Authorization` header, once verified.

    :raises TokenMissing: the header has no bearer token
    :raises TokenInvalid: not a token of a trusted issuer, not for us, or not an access token
    :raises ProviderUnavailable: the issuer's keys are unknown and cannot be fetched
    """
    if not authorization.lower().startswith("bearer"):
        raise TokenMissing("no token")
    sent = _BEARER.fullmatch(authorization)
    if sent is None or len(sent[1]) > MAX_TOKEN_LENGTH:
        raise TokenInvalid("malformed")
    issuers = trusted_issuers.access_token_issuers()
    if not issuers:
        raise TokenInvalid("no sign-in server is configured")
    claims, issuer = verify_by(issuers, sent[1])
    _refuse_unless_access(claims, jwt.get_unverified_header(sent[1]))
    _refuse_other_audience(claims, issuer)
    return claims


def _refuse_unless_access(claims: Claims, header: dict[str, Any]) -> None:
    """Refuse all but access tokens, by `typ`: ID, logout and refresh tokens are signed with the same keys."""
    outside = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    inside = str(claims.get("typ", "Bearer" if outside == "at+jwt" else "")).lower()
    if outside not in {"jwt", "at+jwt"} or inside != "bearer":
        raise TokenInvalid("not an access token")


def _refuse_other_audience(claims: Claims, issuer: TrustedIssuer) -> None:
    audience = claims.get("aud")
    named = [*(audience if isinstance(audience, list) else [audience]), claims.get("azp")]
    if not any(name in issuer.audiences for name in named):
        raise TokenInvalid("wrong audience")
