"""
What a token of the realm is worth: signed by one of its keys with RS256, issued by it, for us, and now.

OpenID Connect Core 1.0, section 3.1.3.7; RFC 9068 for access tokens.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from pizzeria.users.keycloak import jwks
from pizzeria.users.keycloak.jwks import UnknownSigningKey

LEEWAY = timedelta(seconds=30)  # clocks differ
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


class TokenInvalid(Exception):
    """Worth nothing; the message says why, for logs and `WWW-Authenticate`, and holds nothing of the token."""


class TokenUnreadable(TokenInvalid):
    """Not written for us to read: no JWT, or signed in a way that is not ours."""


def claims_of_id_token(token: str, *, nonce: str) -> dict[str, Any]:
    """
    Read the ID token that came for a sign-in.

    :param nonce: as it was sent along
    :raises BadToken:
    """
    claims = verify(token, from_the_realm=True)
    audience = claims.get("aud")
    audience = audience if isinstance(audience, list) else [audience]
    if settings.OIDC_RP_CLIENT_ID not in audience:
        raise TokenInvalid("for somebody else")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != settings.OIDC_RP_CLIENT_ID:
        raise TokenInvalid("for somebody else")
    if claims.get("nonce") != nonce:
        raise TokenInvalid("not of this sign-in")
    return claims


def verify(
    token: str, *, required: Collection[str] = ("exp", "iat", "iss", "sub"), from_the_realm: bool = False
) -> dict[str, Any]:
    """
    Check signature, issuer and times of any token of the realm, and give its claims. Whom it is for is not looked at.

    :param from_the_realm: we have it from there ourselves: a key that it names is no invention
    :raises BadToken:
    :raises OutOfReach: the realm's keys are not known, and nobody can be asked for them
    """
    kid = _key_id(token)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwks.realm_keys.named(kid, exists=from_the_realm),
            algorithms=["RS256"],
            issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY,
            options={"require": list(required), "verify_aud": False},
        )
    except UnknownSigningKey:
        raise TokenInvalid("signed by a key that the realm does not have") from None
    except jwt.ExpiredSignatureError:
        raise TokenInvalid("expired") from None
    except (jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError):
        raise TokenInvalid("not valid yet") from None
    except jwt.InvalidIssuerError:
        raise TokenInvalid("from somebody else") from None
    except jwt.MissingRequiredClaimError as missing:
        raise TokenInvalid(f"without {missing.claim}") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenInvalid("malformed, or not signed by the realm") from None
    if "sub" in required and not (isinstance(claims["sub"], str) and 0 < len(claims["sub"]) <= LONGEST_SUBJECT):
        raise TokenInvalid("says of nobody")
    return claims


def _key_id(token: str) -> object:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenUnreadable("malformed") from None
    if header.get("alg") != "RS256":
        raise TokenUnreadable("signed in a way that is not ours")
    return header.get("kid")


def parse_time(claims: dict[str, Any], name: str) -> datetime | None:
    """Give a claim that is a time in seconds; None when it is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
