"""URLs for signing in by Keycloak and for reauthentication."""

from urllib.parse import urlencode

from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from pizzeria.foundation.step_up import MAX_AUTH_AGE
from pizzeria.users.keycloak import provider


def keycloak_login_url(next_page: str, **parameters: str | int) -> str:
    """Return the URL of our authorization request view, with `next` if that is a page of this site."""
    ours = next_page if url_has_allowed_host_and_scheme(next_page, allowed_hosts=None) else ""
    query = {**({"next": ours} if ours else {}), **parameters}
    return resolve_url("users:keycloak_sign_in") + (f"?{urlencode(query)}" if query else "")


def reauthentication_url(next_page: str) -> str:
    """Return the URL at which a signed-in user reauthenticates and is then redirected to `next_page`."""
    if provider.is_configured():
        return keycloak_login_url(next_page, max_age=int(MAX_AUTH_AGE.total_seconds()))
    return f"{resolve_url('users:sign_in')}?{urlencode({'next': next_page, 'again': 1})}"
