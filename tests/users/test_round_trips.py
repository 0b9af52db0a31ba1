"""Concurrent authorization requests of one browser: each callback uses the parameters of its own request."""

import time

import pytest
from django.urls import reverse

from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import begin_login, complete_login, is_signed_in

pytestmark = pytest.mark.usefixtures("kitchen")

MARTA = Person("marta", roles=("manager",))


def test_each_tab_is_redirected_to_the_page_in_next_of_its_own_authorization_request(client, realm):
    tabs = [begin_login(client, next=page) for page in ("/kitchen/", "/delivery/")] + [begin_login(client)]

    lead_to = [complete_login(client, realm, MARTA, parameters=parameters)["Location"] for parameters in tabs]

    assert lead_to == ["/kitchen/", "/delivery/", reverse("users:landing")]


def test_each_callback_is_held_to_the_max_age_of_its_own_authorization_request(client, realm):
    strict, lax = begin_login(client, max_age=600), begin_login(client)
    realm.id_claims = {"auth_time": int(time.time()) - 3600}

    assert complete_login(client, realm, MARTA, parameters=strict).status_code == 400
    assert complete_login(client, realm, MARTA, parameters=lax).status_code == 302


def test_a_callback_with_another_issuer_is_refused(client, realm):
    response = complete_login(client, realm, MARTA, iss="https://evil.example/realms/pizzeria")

    assert response.status_code == 400
    assert not is_signed_in(client)


def test_a_callback_with_the_configured_issuer_is_accepted(client, realm):
    assert complete_login(client, realm, MARTA, iss=realm.issuer).status_code == 302
