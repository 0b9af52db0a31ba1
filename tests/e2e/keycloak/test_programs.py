"""API clients with an access token of the realm."""

import jwt
import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.keycloak.conftest import PLAIN_REALM_IN_LONG_RUNS
from tests.e2e.keycloak.people import sign_in
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS_BETWEEN_GRANT_CHECKS_FOR_KEYS = 60


@pytest.fixture
def me(address):
    """Return a function that calls `/api/me` with a token and returns the response."""
    return lambda token: requests.get(
        f"{address}/api/me", headers={"Authorization": f"Bearer {token}"}, timeout=30, allow_redirects=False
    )


def test_an_api_client_is_identified_by_its_service_account(me, keycloak, realm):
    response = me(keycloak.service_account_token(realm))

    assert response.json() == {
        "name": "pos",
        "kind": "service",
        "roles": ["pos"],
        "scopes": ["orders:read", "orders:write", "menu:read"],
    }


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_tokens_and_sessions_and_sign_ins_work_after_keycloak_has_rotated_its_keys(me, keycloak, realm, open_page):
    before = keycloak.service_account_token(realm)
    ciro = open_page()
    sign_in(ciro, "chef")
    assert me(before).status_code == 200

    keycloak.rotate_keys(realm=realm)

    after = keycloak.service_account_token(realm)
    assert key_of(after) != key_of(before)
    until(lambda: me(after).status_code == 200, seconds=SECONDS_BETWEEN_GRANT_CHECKS_FOR_KEYS + TIMEOUT)
    assert me(before).status_code == 200
    dina = open_page()
    sign_in(dina, "driver")
    expect(dina.get_by_role("button", name="Sign out")).to_be_visible()
    assert ciro.goto("/kitchen/").status == 200


def key_of(token):
    return jwt.get_unverified_header(token)["kid"]
