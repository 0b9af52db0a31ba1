"""Both realms, as a real Keycloak has taken them."""

import json

import jwt
import pytest
import requests

from pizzeria.devtools.keycloak import export, realm_file
from tests.keycloak.server import OURS, PLAIN, SECRET

BOTH = pytest.mark.parametrize("realm", [OURS, PLAIN])


@BOTH
def test_answers_at_the_addresses_that_follow_from_its_issuer(keycloak, realm):
    issuer = keycloak.issuer(realm)

    said = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()

    assert said["issuer"] == issuer
    for name, path in {
        "authorization": "auth",
        "token": "token",
        "userinfo": "userinfo",
        "end_session": "logout",
    }.items():
        assert said[f"{name}_endpoint"] == f"{issuer}/protocol/openid-connect/{path}"
    assert said["jwks_uri"] == f"{issuer}/protocol/openid-connect/certs"


@pytest.mark.parametrize(
    "client", [{"client_id": "pizzeria-web", "client_secret": SECRET}, {"client_id": "pizzeria-api"}]
)
def test_refuses_a_password_that_is_not_typed_into_its_own_page(keycloak, client):
    refused = keycloak.token(expect=400, grant_type="password", username="chef", password="pizza", **client)

    assert refused["error"] == "unauthorized_client"


def test_gives_a_till_a_token_of_its_own(keycloak):
    claims = _claims_of_till(keycloak, OURS, scope="orders:read")

    assert claims["aud"] == "pizzeria-api"
    assert claims["azp"] == "pos"
    assert claims["sub"] == keycloak.subject("service-account-pos")
    assert claims["realm_access"]["roles"] == ["pos"]
    assert "orders:read" in claims["scope"].split()


def test_of_the_usual_shape_says_neither_for_whom_a_token_is_nor_what_for(keycloak):
    claims = _claims_of_till(keycloak, PLAIN)

    assert claims["azp"] == "pos"
    assert "aud" not in claims
    assert "pos" in claims["realm_access"]["roles"]


def test_is_exported_as_the_document_it_came_from_with_what_was_changed_since(keycloak):
    office, before = keycloak.server.office, realm_file.FILE.read_text()
    dishwasher = {"name": "dishwasher", "description": "Washes up"}
    expected = json.loads(before)
    expected["roles"]["realm"].append(dishwasher)

    office.ask("post", f"{OURS}/roles", json=dishwasher)
    try:
        exported = export.exported(office, before=before)
    finally:
        office.ask("delete", f"{OURS}/roles/dishwasher")

    assert exported == realm_file.format_realm(expected) + "\n"


def test_is_changed_for_the_length_of_a_test(keycloak):
    key = _key_of(keycloak)

    keycloak.take_role("service-account-pos", "pos")
    keycloak.give_role("service-account-pos", "manager")
    keycloak.rotate_keys()
    assert _claims_of_till(keycloak, OURS)["realm_access"]["roles"] == ["manager"]
    assert _key_of(keycloak) != key
    keycloak.disable("service-account-pos")
    keycloak.token(expect=401, grant_type="client_credentials", client_id="pos", client_secret=SECRET)

    keycloak.make_amends()
    assert _claims_of_till(keycloak, OURS)["realm_access"]["roles"] == ["pos"]
    assert _key_of(keycloak) == key


def _claims_of_till(keycloak, realm, **more):
    return jwt.decode(keycloak.token_of_till(realm, **more), options={"verify_signature": False})


def _key_of(keycloak):
    return jwt.get_unverified_header(keycloak.token_of_till())["kid"]
