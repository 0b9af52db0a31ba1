"""
The sign-in server, as it is asked by us. Its addresses follow from the issuer's in Keycloak's shape.

Asked with short patience: a request waits for it.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings

SECONDS = (2.0, 4.0)  # to reach it; to get an answer


class ProviderUnavailable(Exception):
    """It cannot be reached, or is out of order. Nothing is known of the person asked about."""


class ProviderRefused(Exception):
    """It answered, and the answer is no; the message is its own short word for why, such as `invalid_grant`."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    id: str


def is_connected() -> bool:
    """Tell whether this shop has a sign-in server at all."""
    return bool(settings.OIDC_ISSUER)


def tokens_for_code(code: str, *, verifier: str | None, redirect_uri: str) -> Tokens:
    """
    Exchange what the browser brought back.

    :raises Denied: the code was used before, or is not ours
    """
    return _tokens(grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier or "")


def tokens_by_refresh(refresh_token: str) -> Tokens:
    """
    Ask whether a session still stands.

    :raises Denied: it does not
    """
    return _tokens(grant_type="refresh_token", refresh_token=refresh_token)


def userinfo(access_token: str) -> dict[str, Any]:
    """Ask for the claims of whoever a token was given to."""
    return _read(_ask("get", settings.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"}))


def signing_keys() -> dict[str, Any]:
    """Ask for the realm's keys, as a JWK set."""
    return _read(_ask("get", settings.OIDC_OP_JWKS_ENDPOINT))


def logout_url(id_token: str, *, back_to: str) -> str:
    """
    Give the address at which the browser ends the server's session too, and comes back.

    OpenID Connect RP-Initiated Logout 1.0, section 2.
    """
    asked = {"id_token_hint": id_token, "client_id": settings.OIDC_RP_CLIENT_ID, "post_logout_redirect_uri": back_to}
    return f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(asked)}"


def _tokens(**asked: str) -> Tokens:
    client = {"client_id": settings.OIDC_RP_CLIENT_ID, "client_secret": settings.OIDC_RP_CLIENT_SECRET}
    answer = _read(_ask("post", settings.OIDC_OP_TOKEN_ENDPOINT, data={**client, **asked}))
    found = [answer.get(name, "") for name in ("access_token", "refresh_token", "id_token")]
    if not all(isinstance(token, str) for token in found):
        raise ProviderRefused("malformed_answer")
    return Tokens(*found)


def _ask(verb: str, address: str, **more: Any) -> requests.Response:
    try:
        answer = requests.request(verb, address, timeout=SECONDS, allow_redirects=False, **more)
    except requests.RequestException as error:
        raise ProviderUnavailable(type(error).__name__) from None
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ProviderUnavailable(str(answer.status_code))
    return answer


def _read(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProviderRefused(f"answer {answer.status_code}")
    if answer.status_code != HTTPStatus.OK:
        why = content.get("error")
        raise ProviderRefused(why if isinstance(why, str) else f"answer {answer.status_code}")
    return content
