"""
Verification of tokens: issued by an issuer that is trusted, signed with RS256 by one of its keys, for us, valid now.

OpenID Connect Core 1.0, section 3.1.3.7; RFC 9068 for access tokens.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from pizzeria.users.keycloak import trusted_issuers
from pizzeria.users.keycloak.jwks import UnknownSigningKey
from pizzeria.users.keycloak.trusted_issuers import TrustedIssuer

LEEWAY = timedelta(seconds=30)  # for clocks that differ
MAX_SUBJECT_LENGTH = 255  # OpenID Connect Core 1.0, section 2


class TokenInvalid(Exception):
    """An invalid token; the message is the reason, for logs and `WWW-Authenticate`, and holds no part of the token."""


class TokenUnreadable(TokenInvalid):
    """A token that is opaque to us: not a JWT, or not signed with RS256."""


def claims_of_id_token(token: str, *, nonce: str) -> dict[str, Any]:
    """
    Return the claims of the ID token of a sign-in, once verified.

    :param nonce: the nonce sent with the authorization request
    :raises TokenInvalid: not valid, for another client, or with another nonce
    :raises ProviderUnavailable: the realm's keys are unknown and cannot be fetched
    """
    claims = verify(token, from_the_realm=True)
    audience = claims.get("aud")
    audience = audience if isinstance(audience, list) else [audience]
    if settings.OIDC_RP_CLIENT_ID not in audience:
        raise TokenInvalid("wrong audience")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != settings.OIDC_RP_CLIENT_ID:
        raise TokenInvalid("wrong audience")
    if claims.get("nonce") != nonce:
        raise TokenInvalid("wrong nonce")
    return claims


def verify(
    token: str, *, required: Collection[str] = ("exp", "iat", "iss", "sub"), from_the_realm: bool = False
) -> dict[str, Any]:
    """
    Return the claims of any token of the realm, once signature, issuer and times are verified. Not its audience.

    :param required: names of the claims that must be present
    :param from_the_realm: we received the token from the realm ourselves, so the key ID in it is not made up
    :raises TokenInvalid: not a valid token of the realm; TokenUnreadable if it is no JWT signed with RS256
    :raises ProviderUnavailable: the realm's keys are unknown and cannot be fetched
    """
    claims, _issuer = verify_by(trusted_issuers.realms(), token, required=required, from_the_realm=from_the_realm)
    return claims


def verify_by(
    issuers: Collection[TrustedIssuer],
    token: str,
    *,
    required: Collection[str] = ("exp", "iat", "iss", "sub"),
    from_the_realm: bool = False,
) -> tuple[dict[str, Any], TrustedIssuer]:
    """
    Return the claims of a token of one of these issuers, verified with the keys of that one alone, and the issuer.

    The parameters and errors are those of `verify`.
    """
    kid = _key_id(token)
    issuer = _issuer_of(token, issuers)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            issuer.keys.find(kid, is_from_realm=from_the_realm),
            algorithms=["RS256"],
            issuer=issuer.issuer,
            leeway=LEEWAY,
            options={"require": list(required), "verify_aud": False},
        )
    except UnknownSigningKey:
        raise TokenInvalid("signed with an unknown key") from None
    except jwt.ExpiredSignatureError:
        raise TokenInvalid("expired") from None
    except (jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError):
        raise TokenInvalid("not valid yet") from None
    except jwt.InvalidIssuerError:
        raise TokenInvalid("wrong issuer") from None
    except jwt.MissingRequiredClaimError as missing:
        raise TokenInvalid(f"claim {missing.claim} is missing") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenInvalid("malformed, or not signed by its issuer") from None
    if "sub" in required and not (isinstance(claims["sub"], str) and 0 < len(claims["sub"]) <= MAX_SUBJECT_LENGTH):
        raise TokenInvalid("no subject")
    return claims, issuer


def _issuer_of(token: str, issuers: Collection[TrustedIssuer]) -> TrustedIssuer:
    """Return the trusted issuer that a token names, before it is verified: by the keys of this issuer."""
    try:
        named = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TokenInvalid("malformed") from None
    for issuer in issuers:
        if named == issuer.issuer:
            return issuer
    raise TokenInvalid("wrong issuer")


def _key_id(token: str) -> object:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TokenUnreadable("malformed") from None
    if header.get("alg") != "RS256":
        raise TokenUnreadable("not signed with RS256")
    return header.get("kid")


def parse_time(claims: dict[str, Any], name: str) -> datetime | None:
    """Return a claim in seconds since the epoch as a datetime in UTC; None if it is missing or not a valid time."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
