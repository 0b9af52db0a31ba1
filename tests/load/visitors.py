"""Visitors of the shop in this process: they sign in, and their requests' queries can be counted."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.conf import settings
from django.test import Client

from tests.load.production import PROXY_HEADERS
from tests.users.fake_oidc_provider import FakeOidcProvider, Person
from tests.users.oidc_login import complete_login, is_signed_in


def visitor() -> Client:
    """Return a visitor without a session."""
    return Client(SERVER_NAME="localhost", headers=PROXY_HEADERS)


def signed_in(realm: FakeOidcProvider, role: str) -> Client:
    """Return a visitor who has signed in by the sign-in server, with a role."""
    client = visitor()
    complete_login(client, realm, Person(f"load-{role}", roles=(role,)))
    assert is_signed_in(client), f"the sign-in of {role} has failed"
    return client


def user_id(client: Client) -> int:
    return int(client.session["_auth_user_id"])


def session_cookie(client: Client) -> dict[str, str]:
    """Return the cookie of the visitor's session by its name, for another program; none if it has no session."""
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return {settings.SESSION_COOKIE_NAME: session.value} if session else {}


def opening(client: Client, path: str, headers: Mapping[str, str]) -> Callable[[], None]:
    """Return a function that opens a page in this process."""

    def open_page() -> None:
        response = client.get(path, headers=dict(headers))
        assert response.status_code == HTTPStatus.OK, f"{path}: {response.status_code}"

    return open_page
