"""The pseudonym of the connection that a request came by."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from pizzeria.foundation.clients import client_of
from pizzeria.users.session_auth import actor_for_request
from tests.shop import FRIDAY_NIGHT

HOME, NEIGHBOUR = "203.0.113.7", "203.0.113.8"


def client(address, *, at=FRIDAY_NIGHT):
    return client_of(address, at=at)


def test_an_address_is_the_same_client_all_day_and_another_one_tomorrow():
    after_midnight, tomorrow = FRIDAY_NIGHT + timedelta(hours=6), FRIDAY_NIGHT + timedelta(days=1)

    assert client(HOME) == client(HOME, at=after_midnight) != client(HOME, at=tomorrow)
    assert client(HOME) != client(NEIGHBOUR)
    assert HOME not in client(HOME)


def test_the_ipv6_addresses_of_one_subscriber_are_one_client():
    assert client("2001:db8:1:2::1") == client("2001:db8:1:2:a:b:c:d") != client("2001:db8:1:3::1")


def test_an_ipv4_address_written_as_ipv6_is_the_same_client():
    assert client("::ffff:203.0.113.7") == client(HOME)


@pytest.mark.parametrize("address", ["", "unix:", "203.0.113.999", "evil"])
def test_without_an_address_there_is_no_client(address):
    assert client(address) == ""


def test_the_key_is_secret(settings):
    before = client(HOME)
    settings.SECRET_KEY = "another secret key of at least fifty characters, as it has to be"

    assert client(HOME) != before


@pytest.fixture
def requested(rf, settings):
    """Return a function that returns the actor of a guest's request behind a proxy."""

    def request(**headers):
        request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers=headers)
        request.user, request.session = AnonymousUser(), {}
        return actor_for_request(request)

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    return request


def test_the_client_is_the_address_that_the_proxy_adds_whatever_the_request_claims(requested):
    actor = requested(x_forwarded_for=f"198.51.100.1, {HOME}")

    assert actor.client == requested(x_forwarded_for=HOME).client
    assert actor.client != requested(x_forwarded_for="198.51.100.1").client


@pytest.mark.parametrize("forwarded", ["nonsense", "", ","])
def test_a_proxy_that_gives_no_address_stops_nobody(requested, forwarded):
    assert isinstance(requested(x_forwarded_for=forwarded).client, str)


def test_the_client_is_in_no_text_about_the_actor(requested):
    actor = requested(x_forwarded_for=HOME)

    assert actor.client
    assert actor.client not in f"{actor} {actor!r}"
