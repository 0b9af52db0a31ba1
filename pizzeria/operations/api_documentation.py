"""
The OpenAPI document: what ninja knows of the endpoints, with the scopes they require and the problems they answer with.

Problems are made in one place for all endpoints (`problem_details`), so they are documented here and not at each. The
page that shows the document is in `api_docs_page`.
"""

from http import HTTPStatus
from inspect import signature
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.errors import ConfigError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from pizzeria.foundation.api.conditional_get import ETAG
from pizzeria.foundation.api.schemas import Problem
from pizzeria.foundation.api_auth import BearerToken
from pizzeria.foundation.scopes import Scope
from pizzeria.operations import api_docs_page
from pizzeria.operations.api_problem_examples import problem_answer

CONDITION = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "required": False,
    "description": "ETag of the answer that the client has; if it is still the same, the answer is 304 without a body",
}
SIGN_IN = "SignIn"  # name of the security scheme by which people get a token on the page of the documentation
SCOPES = {
    Scope.ORDERS_READ: "Read orders",
    Scope.ORDERS_WRITE: "Place and cancel orders",
    Scope.MENU_READ: "Read the menu",
    Scope.MENU_WRITE: "Change the menu",
    Scope.KITCHEN_READ: "Read the kitchen's queue",
    Scope.KITCHEN_MANAGE: "Cook, pause, mark items sold out",
    Scope.DELIVERY_READ: "Read deliveries",
    Scope.DELIVERY_MANAGE: "Claim and deliver",
    Scope.REPORTS_READ: "Read reports",
    Scope.ADMIN: "Everything",
}


HEADERS = {
    "RateLimit-Limit": ("integer", "Requests that the client may send within a minute", 600),
    "RateLimit-Remaining": ("integer", "How many of these are left", 599),
    "RateLimit-Reset": ("integer", "Seconds until all of them can be sent again", 42),
    "X-Request-ID": ("string", "Id of the request in the shop's log: the client's own, if it sent one", "till-7.42"),
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait", "example": 42}}
LOCATION = {
    "Location": {
        "schema": {"type": "string"},
        "description": "Path of what was created",
        "example": "/api/orders/0197c2a0-0000-7000-8000-000000000000",
    }
}


class DocumentedApi(NinjaAPI):
    """A ninja API whose OpenAPI document is complete."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return _Document(self, prefix)


class _Document(OpenAPISchema):
    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """
        Add schemas by name.

        :raises ConfigError: another schema has the name of one; the document would then have one in place of the other
        """
        for name, schema in definitions.items():
            if self.schemas.get(name, schema) != schema:
                raise ConfigError(f"two schemas of the API are named {name}")
        super().add_schema_definitions(definitions)

    def get_components(self) -> dict[str, Any]:
        problem = Problem.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
        self.add_schema_definitions(problem.pop("$defs"))
        self.add_schema_definitions({Problem.__name__: problem})
        components = {**super().get_components(), "headers": _headers()}
        if api_docs_page.client_id():
            components["securitySchemes"][SIGN_IN] = _authorization_code_flow()
        return components

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        if hasattr(operation, "_run_decorators"):  # conditional_get
            details["parameters"].append(CONDITION)
            details["responses"][200]["headers"] = ETAG
            details["responses"][304] = {"description": "The client has this answer already.", "headers": ETAG}
        for status in _problem_statuses(operation):
            details["responses"].setdefault(status, problem_answer(status, can_wait=_can_wait(operation, status)))
        for status, answer in details["responses"].items():
            references = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
            more = RETRY_AFTER if _can_wait(operation, status) else LOCATION if status == HTTPStatus.CREATED else {}
            answer["headers"] = {**references, **answer.get("headers", {}), **more}
        return details

    def request_body(self, operation: Operation) -> dict[str, Any]:
        """Return the description of a body, with the whole example that its schema has."""
        body = super().request_body(operation)
        for content in body.get("content", {}).values():
            schema = self.schemas[content["schema"]["$ref"].rpartition("/")[2]]
            content["example"] = schema["examples"][0]
        return body

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        security = super().operation_security(operation)
        for auth in operation.auth_callbacks:
            if isinstance(auth, BearerToken) and security:
                # Any one of the scopes is enough.
                security = [{BearerToken.__name__: [scope.value]} for scope in auth.any_of] or security
                if api_docs_page.client_id():
                    security += [{SIGN_IN: alternative[BearerToken.__name__]} for alternative in security]
                security += [{}] if auth.is_public else []
        return security


def _authorization_code_flow() -> dict[str, Any]:
    """Return the security scheme of the sign-in server's authorization code flow."""
    flow = {
        "authorizationUrl": settings.OIDC_OP_AUTHORIZATION_ENDPOINT,
        "tokenUrl": settings.OIDC_OP_TOKEN_ENDPOINT,
        "scopes": {scope.value: description for scope, description in SCOPES.items()},
    }
    about = "Sign in to try endpoints. A token that names none of these scopes has all scopes of its roles."
    return {"type": "oauth2", "description": about, "flows": {"authorizationCode": flow}}


def _headers() -> dict[str, Any]:
    return {
        name: {"schema": {"type": kind}, "description": description, "example": example}
        for name, (kind, description, example) in HEADERS.items()
    }


def _can_wait(operation: Operation, status: int) -> bool:
    """Return whether an answer can say when to try again; of conflicts, those whose endpoint describes it."""
    if status == HTTPStatus.CONFLICT:
        return "Retry-After" in (operation.description or "")
    return status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def _problem_statuses(operation: Operation) -> list[int]:
    """Return the statuses of the problems that an endpoint may answer with."""
    is_safe = operation.methods == ["GET"]
    sources = {model.__ninja_param_source__ for model in operation.models}
    statuses = [400, 403, 429, 503]
    if operation.auth_callbacks:
        statuses.append(401)
    if "path" in sources:
        statuses.append(404)
    if sources - {"path"}:
        statuses.append(422)
    if "body" in sources:
        statuses.append(413)
    if not is_safe:
        statuses += [409, 422]
    if "if_match" in signature(operation.view_func).parameters:
        statuses.append(412)
    return sorted(set(statuses))
