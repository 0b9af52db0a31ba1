"""The OpenAPI document: it has what ninja does not know of the endpoints."""

import inspect
import json
import re
from http import HTTPStatus

import pytest
from ninja.errors import ConfigError
from pydantic import create_model

from pizzeria.api import api
from pizzeria.foundation import refusals
from pizzeria.foundation.api.schemas import Problem
from pizzeria.foundation.scopes import Scope
from pizzeria.operations import problem_details
from pizzeria.operations.api_documentation import DocumentedApi
from tests.users.api_client import assert_refused

PLACED_LATER = (("POST", "/api/orders"), 409)  # the kitchen is at capacity


@pytest.fixture(scope="module")
def document():
    return api.get_openapi_schema(path_prefix="api")


def operations(document):
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_endpoint_has_a_summary_and_a_description(document):
    unclear = [name for name, each in operations(document).items() if not (each["summary"] and each["description"])]

    assert unclear == []


def test_every_endpoint_documents_the_problems_it_may_answer_with(document):
    for name, operation in operations(document).items():
        method, path = name
        problems = {
            status
            for status, answer in operation["responses"].items()
            if "application/problem+json" in answer.get("content", {})
        }
        expected = {400, 401, 403, 429, 503}
        expected |= {404} if "{" in path else set()
        expected |= {409, 422} if method != "GET" else set()
        assert problems >= expected, name


def test_every_endpoint_documents_the_scopes_it_requires(document):
    secured = {name: operation["security"] for name, operation in operations(document).items()}

    assert secured["GET", "/api/menu"] == [{"BearerToken": ["menu:read"]}, {}]  # a token is not required
    assert secured["GET", "/api/me"] == [{"BearerToken": []}]
    assert all(security for security in secured.values())


def test_an_endpoint_with_an_etag_documents_the_condition_and_its_answer(document):
    menu = operations(document)["GET", "/api/menu"]

    assert "If-None-Match" in [parameter["name"] for parameter in menu["parameters"]]
    assert "ETag" in menu["responses"][200]["headers"]
    assert "ETag" in menu["responses"][304]["headers"]


def test_a_change_of_a_pizza_documents_the_etag_of_the_new_state(document):
    pizzas = {
        ("POST", "/api/menu/pizzas"): 201,
        ("PUT", "/api/menu/pizzas/{pizza_id}"): 200,
        ("PUT", "/api/menu/pizzas/{pizza_id}/availability"): 200,
    }

    for name, status in pizzas.items():
        assert "ETag" in operations(document)[name]["responses"][status]["headers"], name


def test_every_problem_in_the_document_is_an_example_of_its_status_with_a_code_that_the_shop_has(document):
    source = inspect.getsource(problem_details)

    for name, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            content = answer.get("content", {}).get("application/problem+json")
            if content:
                example = Problem.model_validate(content["example"])
                assert (example.status, example.title) == (status, HTTPStatus(status).phrase), (name, status)
                assert example.code in refusals._codes or f'"{example.code}"' in source, (name, status)


def test_the_limits_of_the_form_fields_are_in_the_document(document):
    schemas = {
        name: schema["properties"]
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema
    }
    number = schemas["NewPizza"]["base_price"]["anyOf"][0]

    assert (schemas["PauseRequest"]["reason"]["minLength"], schemas["PauseRequest"]["reason"]["maxLength"]) == (1, 120)
    slots = schemas["CapacityChange"]["oven_slots"]
    assert (slots["minimum"], slots["maximum"], "default" in slots) == (1, 100, False)
    assert schemas["CapacityChange"]["max_open_pizzas"]["anyOf"][0]["maximum"] == 1000
    assert (number["minimum"], number["exclusiveMaximum"]) == (0, 100_000_000)
    assert schemas["NewPizza"]["name"]["maxLength"] == 60
    assert schemas["DeliveryAddress"]["street"]["maxLength"] > 0


def test_a_text_is_as_long_as_the_document_says_before_it_is_cleaned(caller, kitchen):
    answer = caller("chef").post("/kitchen/pause", {"reason": "Oven" + " " * 120})

    assert_refused(answer, 422, "invalid")
    assert answer.json()["errors"] == [
        {"field": "reason", "detail": "That is too long: 120 characters at most, please."}
    ]


def test_the_document_begins_with_what_every_program_needs_to_know(document):
    introduction = document["info"]["description"]

    assert all(
        word in introduction
        for word in ("Bearer", "Idempotency-Key", "If-None-Match", "next_cursor", "RateLimit-", "problem+json")
    )


def test_every_operation_id_is_used_once(document):
    ids = [operation["operationId"] for operation in operations(document).values()]

    assert len(set(ids)) == len(ids)


def test_every_reference_in_the_document_leads_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            yield from [part["$ref"]] if "$ref" in part else []
            part = list(part.values())
        for inner in part if isinstance(part, list) else []:
            yield from references(inner)

    components = document["components"]
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in components[kind]}
    assert set(references(dict(document))) <= known


def test_a_query_parameter_that_an_endpoint_does_not_document_is_invalid(caller):
    misspelt = caller("chef").get("/orders?staus=active&limit=1000")

    assert_refused(misspelt, 422, "invalid")
    assert {error["field"] for error in misspelt.json()["errors"]} == {"staus", "limit"}
    assert_refused(caller("chef").get("/me?verbose=1"), 422, "invalid")
    assert_refused(caller().get("/me?verbose=1"), 401, "no_token")


def test_every_answer_documents_the_headers_of_the_limits_and_of_the_request(document):
    names = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Request-ID"}

    assert {*document["components"]["headers"]} == names
    for name, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            assert {*answer["headers"]} >= names, (name, status)
            assert ("Retry-After" in answer["headers"]) == (status in (429, 503) or (name, status) == PLACED_LATER)
            assert ("Location" in answer["headers"]) == (status == 201)


def test_two_schemas_of_one_name_are_an_error():
    api = DocumentedApi(urls_namespace="twins")
    for path, fields in {"/light": {"name": (str, ...)}, "/heavy": {"weight": (int, ...)}}.items():
        api.get(path, response=create_model("Twin", **fields))(lambda request: None)  # noqa: ARG005 - ninja asks for this name

    with pytest.raises(ConfigError, match="Twin"):
        api.get_openapi_schema(path_prefix="api")


# --- The page ---


SIGN_IN_SERVER = "https://sso.example"
REALM = f"{SIGN_IN_SERVER}/realms/pizzeria"
TOKENS = f"{REALM}/protocol/openid-connect/token"


@pytest.fixture
def connected(settings):
    """Connect the shop to a sign-in server."""
    settings.OIDC_ISSUER = REALM
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{REALM}/protocol/openid-connect/auth"
    settings.OIDC_OP_TOKEN_ENDPOINT = TOKENS
    return settings


def policy_of(response):
    return response.headers["Content-Security-Policy"]


def test_with_a_sign_in_server_the_document_has_its_authorization_code_flow_with_every_scope(connected):
    document = api.get_openapi_schema(path_prefix="api")

    scheme = document["components"]["securitySchemes"]["SignIn"]
    flow = scheme["flows"]["authorizationCode"]
    assert (scheme["type"], set(scheme["flows"])) == ("oauth2", {"authorizationCode"})
    assert flow["authorizationUrl"] == f"{REALM}/protocol/openid-connect/auth"
    assert flow["tokenUrl"] == TOKENS
    assert list(flow["scopes"]) == [*map(str, Scope)]
    menu = operations(document)["GET", "/api/menu"]["security"]
    assert menu == [{"BearerToken": ["menu:read"]}, {"SignIn": ["menu:read"]}, {}]
    assert operations(document)["GET", "/api/me"]["security"] == [{"BearerToken": []}, {"SignIn": []}]


def test_without_a_sign_in_server_or_a_client_the_document_has_the_bearer_scheme_alone(document, connected):
    connected.OIDC_API_DOCS_CLIENT_ID = ""

    assert set(document["components"]["securitySchemes"]) == {"BearerToken"}
    assert set(api.get_openapi_schema(path_prefix="api")["components"]["securitySchemes"]) == {"BearerToken"}


def test_the_page_of_the_documentation_alone_may_call_the_sign_in_server_and_only_for_tokens(
    client, kitchen, connected
):
    pages = ["/", "/menu/", "/accounts/sign-in/", "/api/docs/signed-in", "/api/openapi.json", "/api/me", "/nothing/"]
    everywhere = {policy_of(client.get(page)).partition("'nonce-")[0] for page in pages}

    docs = policy_of(client.get("/api/docs"))

    assert f"connect-src 'self' {TOKENS};" in docs
    assert docs.replace(f" {TOKENS}", "") == policy_of(client.get("/api/me"))
    assert not [policy for policy in everywhere if SIGN_IN_SERVER in policy]


def test_without_a_sign_in_server_the_page_of_the_documentation_has_the_policy_of_every_page(client, kitchen):
    assert policy_of(client.get("/api/docs")) == policy_of(client.get("/api/me"))


def test_the_page_of_the_documentation_returns_to_the_shops_origin_and_keeps_no_token(client, kitchen, connected):
    html = client.get("/api/docs").content.decode()

    [configuration] = re.findall(r'<script id="configuration" type="application/json">(.*?)</script>', html)
    assert json.loads(configuration) == {
        "swagger": {
            "url": "/api/openapi.json",
            "oauth2RedirectUrl": f"{connected.SHOP_ORIGIN}/api/docs/signed-in",
            "layout": "BaseLayout",
            "deepLinking": True,
            "persistAuthorization": False,
        },
        "sign_in": {"clientId": "api-docs", "usePkceWithAuthorizationCodeGrant": True},
    }
