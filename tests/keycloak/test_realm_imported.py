"""Both realms as a real Keycloak has imported them."""

import json

import jwt
import pytest
import requests

from pizzeria.devtools.keycloak import connection, export, realm_file
from tests.keycloak.server import OURS, PLACEHOLDERS, PLAIN, SECRET

BOTH = pytest.mark.parametrize("realm", [OURS, PLAIN])


@BOTH
def test_the_endpoints_of_a_realm_are_at_the_addresses_that_follow_from_its_issuer(keycloak, realm):
    issuer = keycloak.issuer(realm)

    configuration = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()

    assert configuration["issuer"] == issuer
    for name, path in {
        "authorization": "auth",
        "token": "token",
        "userinfo": "userinfo",
        "end_session": "logout",
    }.items():
        assert configuration[f"{name}_endpoint"] == f"{issuer}/protocol/openid-connect/{path}"
    assert configuration["jwks_uri"] == f"{issuer}/protocol/openid-connect/certs"


@pytest.mark.parametrize(
    "client", [{"client_id": "pizzeria-web", "client_secret": SECRET}, {"client_id": "pizzeria-api"}]
)
def test_keycloak_refuses_the_password_grant_to_the_clients_of_the_shop(keycloak, client):
    refused = keycloak.token(expect=400, grant_type="password", username="chef", password="pizza", **client)

    assert refused["error"] == "unauthorized_client"


def test_a_point_of_sale_gets_a_token_of_its_own_service_account(keycloak):
    claims = _claims_of_pos(keycloak, OURS, scope="orders:read")

    assert claims["aud"] == "pizzeria-api"
    assert claims["azp"] == "pos"
    assert claims["sub"] == keycloak.subject("service-account-pos")
    assert claims["realm_access"]["roles"] == ["pos"]
    assert "orders:read" in claims["scope"].split()


def test_a_token_of_a_realm_without_the_shops_import_has_no_audience(keycloak):
    claims = _claims_of_pos(keycloak, PLAIN)

    assert claims["azp"] == "pos"
    assert "aud" not in claims
    assert "pos" in claims["realm_access"]["roles"]


def test_an_exported_realm_is_the_imported_document_with_the_changes_made_since(keycloak):
    admin, before = keycloak.server.admin, realm_file.FILE.read_text()
    dishwasher = {"name": "dishwasher", "description": "Washes up"}
    expected = json.loads(before)
    expected["roles"]["realm"].append(dishwasher)

    admin.request("post", f"{OURS}/roles", json=dishwasher)
    try:
        exported = export.updated_realm_file(admin, before=before)
    finally:
        admin.request("delete", f"{OURS}/roles/dishwasher")

    assert exported == realm_file.format_realm(expected) + "\n"


def test_changes_that_a_test_makes_in_keycloak_are_undone_afterwards(keycloak):
    key = _key_of(keycloak)

    keycloak.remove_role("service-account-pos", "pos")
    keycloak.assign_role("service-account-pos", "manager")
    keycloak.rotate_keys()
    assert _claims_of_pos(keycloak, OURS)["realm_access"]["roles"] == ["manager"]
    assert _key_of(keycloak) != key
    keycloak.disable("service-account-pos")
    keycloak.token(expect=401, grant_type="client_credentials", client_id="pos", client_secret=SECRET)

    keycloak.undo_changes()
    assert _claims_of_pos(keycloak, OURS)["realm_access"]["roles"] == ["pos"]
    assert _key_of(keycloak) == key


def _claims_of_pos(keycloak, realm, **more):
    return jwt.decode(keycloak.service_account_token(realm, **more), options={"verify_signature": False})


def _key_of(keycloak):
    return jwt.get_unverified_header(keycloak.service_account_token())["kid"]


def test_a_realm_of_an_earlier_version_gets_the_client_of_the_api_documentation_that_it_lacks(keycloak):
    admin, docs = keycloak.server.admin, connection.DOCS_CLIENT
    before = admin.client(OURS, docs)
    admin.request("delete", f"{OURS}/clients/{before['id']}")

    connection.ensure_realm(admin, {**PLACEHOLDERS, "SHOP_ORIGIN": before["rootUrl"]})

    after = admin.client(OURS, docs)
    assert after["attributes"]["pkce.code.challenge.method"] == "S256"
    for key in ("rootUrl", "redirectUris", "webOrigins", "publicClient", "defaultClientScopes"):
        assert realm_file.is_equivalent(after[key], before[key]), key
