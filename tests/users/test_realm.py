"""The realm file of the project: the roles and scopes of our tables, and clients with strict settings."""

import json

import pytest
from django.urls import reverse

from pizzeria.devtools.keycloak import connection, realm_file
from pizzeria.foundation.scopes import Scope
from pizzeria.users.demo_people import DEMO_PEOPLE, PASSWORD
from pizzeria.users.roles import ROLES

TEXT = realm_file.FILE.read_text()
REALM = json.loads(TEXT)
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}
SCOPES = {scope["name"]: scope for scope in REALM["clientScopes"]}
KEYCLOAKS_OWN = {"basic", "roles", "profile", "email", "acr", "web-origins", "service_account"}


def test_the_realm_has_exactly_the_role_names_of_the_roles_table():
    assert {role["name"] for role in REALM["roles"]["realm"]} == {name for role in ROLES for name in role.names}


def test_the_realm_has_every_scope_of_the_api_and_the_built_in_scopes_of_keycloak():
    assert {*map(str, Scope)} | KEYCLOAKS_OWN | {"audience"} == set(SCOPES)


def test_api_clients_get_the_audience_by_default_and_the_scopes_of_the_api_on_request_only():
    for name in (connection.API_CLIENT, connection.DOCS_CLIENT, "pos"):
        assert {"basic", "roles", "audience"} <= set(CLIENTS[name]["defaultClientScopes"])
        assert not {*map(str, Scope)} & set(CLIENTS[name]["defaultClientScopes"])
    for name in (connection.API_CLIENT, connection.DOCS_CLIENT):
        assert CLIENTS[name]["optionalClientScopes"] == [*map(str, Scope)]

    [audience] = SCOPES["audience"]["protocolMappers"]
    assert audience["config"]["included.custom.audience"] == connection.API_CLIENT


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_no_client_of_the_realm_allows_the_password_grant_or_the_implicit_flow(client):
    assert client["directAccessGrantsEnabled"] is False
    assert client["implicitFlowEnabled"] is False


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_redirect_uri_of_the_realm_is_exact(client):
    addresses = [*client["redirectUris"], client.get("attributes", {}).get("post.logout.redirect.uris", "/")]

    assert not [address for address in addresses if "*" in address or address == "+"]


@pytest.mark.parametrize("name", [connection.WEB_CLIENT, connection.API_CLIENT, connection.DOCS_CLIENT])
def test_clients_with_the_authorization_code_flow_require_pkce_with_s256(name):
    assert CLIENTS[name]["attributes"]["pkce.code.challenge.method"] == "S256"


def test_no_client_of_the_realm_has_both_the_authorization_code_flow_and_a_service_account():
    for_people = {name for name, client in CLIENTS.items() if client["standardFlowEnabled"]}
    for_programs = {name for name, client in CLIENTS.items() if client["serviceAccountsEnabled"]}
    without_secret = {name for name, client in CLIENTS.items() if client["publicClient"]}

    assert (for_people, for_programs, without_secret) == (
        {connection.WEB_CLIENT, connection.API_CLIENT, connection.DOCS_CLIENT},
        {"pos"},
        {connection.API_CLIENT, connection.DOCS_CLIENT},
    )


def test_the_client_of_the_api_documentation_returns_to_its_page_and_has_no_secret():
    client = CLIENTS[connection.DOCS_CLIENT]

    assert client["rootUrl"] == "${SHOP_ORIGIN}"
    assert client["redirectUris"] == [reverse("api_docs_signed_in")]
    assert client["webOrigins"] == ["+"]  # the origins of its redirect URIs
    assert "secret" not in client


def test_the_realm_file_holds_no_secret_except_the_password_of_the_demo_users():
    assert {CLIENTS["pizzeria-web"]["secret"], CLIENTS["pos"]["secret"]} == {
        "${WEB_CLIENT_SECRET}",
        "${POS_CLIENT_SECRET}",
    }

    credentials = [credential for person in REALM["users"] for credential in person.get("credentials", [])]
    assert {(each["value"], each["userLabel"]) for each in credentials} == {(PASSWORD, "for the demo only")}


def test_the_realm_has_brute_force_protection():
    assert REALM["bruteForceProtected"] is True


def test_access_tokens_of_the_realm_last_five_minutes_and_sessions_at_most_a_day():
    assert REALM["accessTokenLifespan"] == 5 * 60
    assert REALM["ssoSessionIdleTimeout"] < REALM["ssoSessionMaxLifespan"] <= 24 * 3600


def test_the_realm_has_the_demo_users_with_their_names_and_roles():
    people = {person["username"]: person for person in REALM["users"] if "serviceAccountClientId" not in person}

    assert list(people) == [person.username for person in DEMO_PEOPLE]
    for person in DEMO_PEOPLE:
        imported = people[person.username]
        assert f"{imported['firstName']} {imported['lastName']}" == person.name
        assert imported["realmRoles"] == [person.role.name]


def test_the_realm_file_is_formatted_as_an_export_would_write_it():
    assert realm_file.format_realm(REALM) + "\n" == TEXT
