"""The realm that comes with the shop: every role and scope of its tables, and no way in but the narrow ones."""

import json

import pytest

from pizzeria.devtools.keycloak import connection, realm_file
from pizzeria.foundation.scopes import Scope
from pizzeria.users.demo_people import DEMO_PEOPLE, PASSWORD
from pizzeria.users.roles import ROLES

TEXT = realm_file.FILE.read_text()
REALM = json.loads(TEXT)
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}
SCOPES = {scope["name"]: scope for scope in REALM["clientScopes"]}
KEYCLOAKS_OWN = {"basic", "roles", "profile", "email", "acr", "web-origins", "service_account"}


def test_has_every_role_by_every_name_of_it():
    assert {role["name"] for role in REALM["roles"]["realm"]} == {name for role in ROLES for name in role.names}


def test_has_every_scope_of_the_api_beside_those_it_would_lose():
    assert {*map(str, Scope)} | KEYCLOAKS_OWN | {"audience"} == set(SCOPES)


def test_gives_programs_the_scopes_they_ask_for_and_their_tokens_the_audience():
    for name in (connection.API, "pos"):
        assert {"basic", "roles", "audience"} <= set(CLIENTS[name]["defaultClientScopes"])
        assert not {*map(str, Scope)} & set(CLIENTS[name]["defaultClientScopes"])
    assert CLIENTS[connection.API]["optionalClientScopes"] == [*map(str, Scope)]

    [audience] = SCOPES["audience"]["protocolMappers"]
    assert audience["config"]["included.custom.audience"] == connection.API


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_opens_no_grant_that_sees_a_password_or_puts_a_token_in_an_address(client):
    assert client["directAccessGrantsEnabled"] is False
    assert client["implicitFlowEnabled"] is False


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_sends_people_back_to_exact_addresses_only(client):
    addresses = [*client["redirectUris"], client.get("attributes", {}).get("post.logout.redirect.uris", "/")]

    assert not [address for address in addresses if "*" in address or address == "+"]


@pytest.mark.parametrize("name", [connection.WEB, connection.API])
def test_requires_the_challenge_of_whoever_comes_with_a_code(name):
    assert CLIENTS[name]["attributes"]["pkce.code.challenge.method"] == "S256"


def test_keeps_people_and_programs_apart():
    for_people = {name for name, client in CLIENTS.items() if client["standardFlowEnabled"]}
    for_programs = {name for name, client in CLIENTS.items() if client["serviceAccountsEnabled"]}
    without_secret = {name for name, client in CLIENTS.items() if client["publicClient"]}

    assert (for_people, for_programs, without_secret) == ({connection.WEB, connection.API}, {"pos"}, {connection.API})


def test_holds_no_secret_but_the_demos_password():
    assert {CLIENTS["pizzeria-web"]["secret"], CLIENTS["pos"]["secret"]} == {
        "${WEB_CLIENT_SECRET}",
        "${POS_CLIENT_SECRET}",
    }

    credentials = [credential for person in REALM["users"] for credential in person.get("credentials", [])]
    assert {(each["value"], each["userLabel"]) for each in credentials} == {(PASSWORD, "for the demo only")}


def test_slows_down_whoever_guesses():
    assert REALM["bruteForceProtected"] is True


def test_ends_tokens_and_sessions():
    assert REALM["accessTokenLifespan"] == 5 * 60
    assert REALM["ssoSessionIdleTimeout"] < REALM["ssoSessionMaxLifespan"] <= 24 * 3600


def test_has_the_demos_people_in_their_roles():
    people = {person["username"]: person for person in REALM["users"] if "serviceAccountClientId" not in person}

    assert list(people) == [person.username for person in DEMO_PEOPLE]
    for person in DEMO_PEOPLE:
        said = people[person.username]
        assert f"{said['firstName']} {said['lastName']}" == person.name
        assert said["realmRoles"] == [person.role.name]


def test_reads_as_an_export_would_write_it():
    assert realm_file.format_realm(REALM) + "\n" == TEXT
