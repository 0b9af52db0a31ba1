"""
Verification of logout tokens, by which the provider reports that a session has ended there.

OpenID Connect Back-Channel Logout 1.0, section 2.
"""

from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet

from pizzeria.users.keycloak.tokens import LEEWAY, TokenInvalid, parse_time, verify
from pizzeria.users.models import OidcSession

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_AGE = timedelta(minutes=10)  # after `iat`, at most: not every provider sets `exp`


def verify_logout_token(token: str, *, at: datetime) -> QuerySet[OidcSession]:
    """
    Return the sessions that a logout token ends, once the token is verified.

    :raises TokenInvalid: not a valid logout token, too old, or used before
    :raises ProviderUnavailable: the realm's keys are unknown and cannot be fetched
    """
    claims = verify(token, required=("iss", "aud", "iat", "jti", "events"))
    _refuse_unless_logout(claims, jwt.get_unverified_header(token))
    issued_at = parse_time(claims, "iat")
    if issued_at is None or at - issued_at > MAX_AGE:
        raise TokenInvalid("issued too long ago")
    # In the database cache of the rate limits: a token cannot be replayed because Redis is down.
    if not caches["limits"].add(f"logout-token:{claims['jti']}", 1, (MAX_AGE + LEEWAY).total_seconds()):
        raise TokenInvalid("used before")
    ours = OidcSession.objects.filter(identity__issuer=settings.OIDC_ISSUER)
    if isinstance(claims.get("sid"), str):
        return ours.filter(sid=claims["sid"])
    return ours.filter(identity__subject=claims["sub"])


def _refuse_unless_logout(claims: dict[str, Any], header: dict[str, Any]) -> None:
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    events = claims["events"]
    if settings.OIDC_RP_CLIENT_ID not in audience:
        raise TokenInvalid("wrong audience")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise TokenInvalid("not a logout token")
    if str(header.get("typ", "logout+jwt")).lower() not in {"logout+jwt", "jwt"} or "nonce" in claims:
        raise TokenInvalid("not a logout token")
    if not isinstance(claims.get("sid"), str) and not isinstance(claims.get("sub"), str):
        raise TokenInvalid("neither sid nor sub")
