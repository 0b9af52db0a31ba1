"""The API's middleware: requests are authenticated by token alone, and never redirected."""

from itertools import product

import pytest
from django.test import Client
from django.urls import get_resolver

from pizzeria.api import api
from pizzeria.foundation.api_auth import BearerToken
from pizzeria.users.roles import MANAGER
from tests.architecture.test_public_urls import addresses
from tests.length import by_length
from tests.users.api_client import assert_refused, call
from tests.users.fake_oidc_provider import Person

MARTA = Person("marta", roles=("manager",))
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
BELOW = sorted({address for address in addresses(get_resolver()) if address.startswith("/api/")})
BESIDE = ["/api", "/api/me/", "/api/nothing", "/api/nothing/", "/api//me"]

NO_SCOPE_NEEDED = {
    "/me": "who a token is",
    "/profile/me": "the caller's own name and phone",
    "/profile/me/notifications": "the caller's own",
    "/profile/me/notifications/{uuidstr:order_id}.{int:seq}/dismiss": "...",
}


@pytest.mark.long
@pytest.mark.parametrize("secure", [True, False], ids=["https", "http"])
@pytest.mark.parametrize("token", by_length(["good", None], long=["good", "bad", None]))
@pytest.mark.usefixtures("kitchen")
def test_no_answer_of_the_api_is_a_redirect_sets_a_cookie_or_is_cached(client, realm, settings, secure, token):
    settings.SECURE_SSL_REDIRECT = True
    sent = realm.access_token(MARTA) if token == "good" else token

    for address, method in product(BELOW + BESIDE, METHODS):
        response = call(client, sent, address, method, secure=secure)

        assert response.status_code in (200, 204, 400, 401, 403, 404, 405, 409, 422), (method, address)
        assert "Location" not in response.headers
        assert not response.cookies
        kept = "private, no-cache" if "ETag" in response.headers else "no-store"
        assert response.headers["Cache-Control"] == kept
        assert response.status_code in (200, 204) or response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("kitchen")
def test_head_is_answered_as_get_without_the_body(client, realm):
    get, head = (call(client, address="/api/menu", method=method) for method in ("get", "head"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.content))
    known = call(client, address="/api/menu", method="head", headers={"If-None-Match": get.headers["ETag"]})
    assert known.status_code == 304
    assert call(client, address="/api/kitchen/pause", method="head").status_code == 405
    assert call(client, address="/api/me", method="head").status_code == 401


def test_the_api_refuses_a_token_over_plain_http(client, realm, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert_refused(call(client, realm.access_token(MARTA)), 403, "https_only")


def test_the_api_does_not_authenticate_by_session(sign_in, realm):
    manager = sign_in(MANAGER)
    key = manager.session.session_key

    assert_refused(call(manager), code="no_token")

    assert manager.session.session_key == key


def test_the_api_makes_no_query_for_a_session(sign_in, realm, django_assert_num_queries, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    manager = sign_in(MANAGER)

    with django_assert_num_queries(0):
        assert_refused(call(manager), code="no_token")


def test_the_api_requires_no_csrf_token(realm, settings):
    settings.ROOT_URLCONF = "tests.operations.trial_api"
    strict = Client(enforce_csrf_checks=True)

    assert call(strict, realm.access_token(MARTA), "/api/oven", "post").status_code == 200


def test_every_endpoint_of_the_api_requires_a_scope_except_a_listed_few():
    unscoped = {
        f"{bound.prefix}{operation.path}"
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
        if not any(isinstance(auth, BearerToken) and auth.any_of for auth in operation.auth_callbacks)
    }

    assert unscoped == set(NO_SCOPE_NEEDED)


def test_the_openapi_document_is_public_and_has_the_bearer_scheme(client):
    shown = client.get("/api/openapi.json").json()

    assert shown["paths"]["/api/me"]["get"]["security"] == [{"BearerToken": []}]
    assert shown["components"]["securitySchemes"]["BearerToken"]["scheme"] == "bearer"
