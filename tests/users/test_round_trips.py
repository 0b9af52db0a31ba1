"""Round trips to Keycloak: each brings back what was asked for on it, whatever other tabs of the same browser do."""

import time

import pytest
from django.urls import reverse

from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import begin_login, complete_login, is_signed_in

pytestmark = pytest.mark.usefixtures("kitchen")

MARTA = Person("marta", roles=("manager",))


def test_lead_to_where_each_tab_wanted_to_go(client, realm):
    tabs = [begin_login(client, next=page) for page in ("/kitchen/", "/delivery/")] + [begin_login(client)]

    lead_to = [complete_login(client, realm, MARTA, asked=asked)["Location"] for asked in tabs]

    assert lead_to == ["/kitchen/", "/delivery/", reverse("users:landing")]


def test_are_held_each_to_the_age_it_asked_for(client, realm):
    strict, lax = begin_login(client, max_age=600), begin_login(client)
    realm.id_claims = {"auth_time": int(time.time()) - 3600}

    assert complete_login(client, realm, MARTA, asked=strict).status_code == 400
    assert complete_login(client, realm, MARTA, asked=lax).status_code == 302


def test_end_nowhere_when_another_server_sends_somebody_back(client, realm):
    answer = complete_login(client, realm, MARTA, iss="https://evil.example/realms/pizzeria")

    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_end_well_when_the_server_says_who_it_is(client, realm):
    assert complete_login(client, realm, MARTA, iss=realm.issuer).status_code == 302
