"""
HTTP client of the OpenID provider. Its endpoints (settings) follow from the issuer's URL as Keycloak lays them out.

Timeouts are short: a request of ours waits for the answer.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings

from pizzeria.foundation import clock

TIMEOUT = (2.0, 4.0)  # to connect; to read the answer


class ProviderUnavailable(Exception):
    """The provider cannot be reached or answers with a server error, which says nothing about the user."""


class ProviderRefused(Exception):
    """The provider refused the request; the message is its error code, such as `invalid_grant`."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """
    The provider's answer to a token request.

    :param requested_at: the time just before the request, by our clock
    """

    access: str
    refresh: str
    id: str
    requested_at: datetime


def is_configured() -> bool:
    """Return whether an OpenID provider is configured."""
    return bool(settings.OIDC_ISSUER)


def tokens_for_code(code: str, *, verifier: str | None, redirect_uri: str) -> Tokens:
    """
    Exchange the authorization code of a callback for tokens.

    :param verifier: the PKCE code verifier
    :raises ProviderRefused: the code was used before, or was not issued to our client
    :raises ProviderUnavailable: no answer
    """
    return _tokens(grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier or "")


def tokens_by_refresh(refresh_token: str) -> Tokens:
    """
    Exchange a refresh token for new tokens, which shows that the session still exists at the provider.

    :raises ProviderRefused: it does not (`invalid_grant`), or the provider refuses for another reason
    :raises ProviderUnavailable: no answer
    """
    return _tokens(grant_type="refresh_token", refresh_token=refresh_token)


def userinfo(access_token: str) -> dict[str, Any]:
    """Return the userinfo claims of an access token's subject."""
    return _parse(_request("get", settings.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"}))


def signing_keys() -> dict[str, Any]:
    """Return the realm's signing keys as a JWK set."""
    return _parse(_request("get", settings.OIDC_OP_JWKS_ENDPOINT))


def logout_url(id_token: str, *, back_to: str) -> str:
    """
    Return the URL at which the browser ends the provider's session too, and is then redirected to `back_to`.

    OpenID Connect RP-Initiated Logout 1.0, section 2.
    """
    parameters = {
        "id_token_hint": id_token,
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "post_logout_redirect_uri": back_to,
    }
    return f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(parameters)}"


def _tokens(**parameters: str) -> Tokens:
    requested_at = clock.now()
    client = {"client_id": settings.OIDC_RP_CLIENT_ID, "client_secret": settings.OIDC_RP_CLIENT_SECRET}
    response = _parse(_request("post", settings.OIDC_OP_TOKEN_ENDPOINT, data={**client, **parameters}))
    found = [response.get(name, "") for name in ("access_token", "refresh_token", "id_token")]
    if not all(isinstance(token, str) for token in found):
        raise ProviderRefused("malformed_answer")
    access, refresh, id_token = found
    return Tokens(access, refresh, id_token, requested_at)


def _request(verb: str, address: str, **more: Any) -> requests.Response:
    try:
        response = requests.request(verb, address, timeout=TIMEOUT, allow_redirects=False, **more)
    except requests.RequestException as error:
        raise ProviderUnavailable(type(error).__name__) from None
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ProviderUnavailable(str(response.status_code))
    return response


def _parse(response: requests.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProviderRefused(f"answer {response.status_code}")
    if response.status_code != HTTPStatus.OK:
        error_code = content.get("error")
        raise ProviderRefused(error_code if isinstance(error_code, str) else f"answer {response.status_code}")
    return content
