"""Re-checks: Keycloak is asked again about a session, by a page or by a stream, and says less than one would like."""

import pytest
from django.urls import reverse

from tests.people.arriving import come_back, time_passes
from tests.people.realm import Person

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("kitchen:board")


@pytest.fixture
def ciro():
    return Person("ciro", roles=("chef",))


@pytest.fixture
def at_work(client, realm, ciro):
    """Ciro's browser, with the board before it."""
    come_back(client, realm, ciro)
    assert client.get(BOARD).status_code == 200
    realm.asked.clear()
    return client


def refreshed_with(realm):
    """Give the refresh tokens that were shown to the realm."""
    return [asked["refresh_token"] for _path, asked in realm.asked if asked.get("grant_type") == "refresh_token"]


def test_keep_a_new_refresh_token_though_nothing_more_is_said(at_work, realm, settings):
    userinfo = settings.OIDC_OP_USER_ENDPOINT
    settings.OIDC_OP_USER_ENDPOINT = "http://127.0.0.1:9/"  # nobody listens there
    time_passes(at_work, minutes=5)
    at_work.get(BOARD)

    settings.OIDC_OP_USER_ENDPOINT = userinfo
    time_passes(at_work, minutes=1)
    at_work.get(BOARD)

    assert refreshed_with(realm) == ["refresh-0", "refresh-1"]
