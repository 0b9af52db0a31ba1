"""The ways to sign in, and what people see of them."""

from urllib.parse import urlencode

from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from pizzeria.foundation.step_up import RECENT
from pizzeria.users.keycloak import provider


def keycloak_login_url(next_page: str, **asked: str | int) -> str:
    """Give our address that sends somebody to Keycloak and lets them come back to a page of ours."""
    ours = next_page if url_has_allowed_host_and_scheme(next_page, allowed_hosts=None) else ""
    query = {**({"next": ours} if ours else {}), **asked}
    return resolve_url("users:keycloak_sign_in") + (f"?{urlencode(query)}" if query else "")


def reauthentication_url(next_page: str) -> str:
    """Give the way for somebody signed in to prove once more who they are, and to come back."""
    if provider.is_connected():
        return keycloak_login_url(next_page, max_age=int(RECENT.total_seconds()))
    return f"{resolve_url('users:sign_in')}?{urlencode({'next': next_page, 'again': 1})}"
