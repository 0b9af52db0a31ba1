"""The OpenAPI document: it has what ninja does not know of the endpoints."""

import pytest
from ninja.errors import ConfigError
from pydantic import create_model

from pizzeria.api import api
from pizzeria.operations.api_documentation import DocumentedApi
from tests.users.api_client import assert_refused


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
    assert 304 in menu["responses"]


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
            assert {*answer["headers"]} == (names | {"Retry-After"} if status == 429 else names), (name, status)


def test_two_schemas_of_one_name_are_an_error():
    api = DocumentedApi(urls_namespace="twins")
    for path, fields in {"/light": {"name": (str, ...)}, "/heavy": {"weight": (int, ...)}}.items():
        api.get(path, response=create_model("Twin", **fields))(lambda _request: None)

    with pytest.raises(ConfigError, match="Twin"):
        api.get_openapi_schema(path_prefix="api")
