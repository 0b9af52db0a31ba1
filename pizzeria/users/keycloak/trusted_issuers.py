"""
The issuers whose access tokens the API accepts, each with its keys: the sign-in server's realm, or the demo itself.

The demo issues tokens only while it has no sign-in server, and only for this machine. They are verified by the same
function as the realm's, with every check.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.keycloak.provider import ProviderUnavailable

DEMO_ISSUER = "urn:pizzeria:demo"
DEMO_AUDIENCE = "pizzeria-api"


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """
    An issuer of tokens.

    :param issuer: the exact value of a token's `iss`
    :param audiences: the accepted values of an access token's `aud` or `azp`
    """

    issuer: str
    keys: SigningKeys
    audiences: tuple[str, ...]


def realms() -> list[TrustedIssuer]:
    """Return the realm of the sign-in server; none if no sign-in server is configured."""
    if not provider.is_configured():
        return []
    audiences = tuple(settings.OIDC_AUDIENCES or [settings.OIDC_RP_CLIENT_ID])
    return [TrustedIssuer(settings.OIDC_ISSUER, jwks.realm_keys, audiences)]


def access_token_issuers() -> list[TrustedIssuer]:
    """Return the issuers of access tokens; none if the shop has neither a sign-in server nor tokens of the demo."""
    if not _demo_issues_tokens():
        return realms()
    return [*realms(), TrustedIssuer(DEMO_ISSUER, demo_keys, (DEMO_AUDIENCE,))]


def _demo_issues_tokens() -> bool:
    """Return whether the demo issues tokens. The settings refuse any other shop; this does not rely on it."""
    is_alone = settings.SHOP_DEMO_ON_LOOPBACK and not provider.is_configured()
    return bool(settings.DEMO_TOKEN_KEYS and is_alone and apps.is_installed("pizzeria.demo"))


def _demo_signing_keys() -> dict[str, Any]:
    """Return the JWK set with the public key that the demo made at its start."""
    try:
        found: dict[str, Any] = json.loads(Path(settings.DEMO_TOKEN_KEYS).read_text())
    except (OSError, ValueError) as error:
        raise ProviderUnavailable(type(error).__name__) from None
    return found


demo_keys = SigningKeys(_demo_signing_keys)
