"""
The OpenAPI document: what ninja knows of the endpoints, with the scopes they require and the problems they answer with.

Problems are made in one place for all endpoints (`problem_details`), so they are documented here and not at each.
"""

from http import HTTPStatus
from inspect import signature
from typing import Any

from ninja import NinjaAPI
from ninja.errors import ConfigError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from pizzeria.foundation.api.schemas import Problem
from pizzeria.foundation.api_auth import BearerToken

PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": REF_TEMPLATE.format(model=Problem.__name__)}}}
CONDITION = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "required": False,
    "description": "ETag of the answer that the client has; if it is still the same, the answer is 304 without a body",
}


HEADERS = {
    "RateLimit-Limit": ("integer", "Requests that the client may send within a minute", 600),
    "RateLimit-Remaining": ("integer", "How many of these are left", 599),
    "RateLimit-Reset": ("integer", "Seconds until all of them can be sent again", 42),
    "X-Request-ID": ("string", "Id of the request in the shop's log: the client's own, if it sent one", "till-7.42"),
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait", "example": 42}}


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
        headers = {
            name: {"schema": {"type": kind}, "description": description, "example": example}
            for name, (kind, description, example) in HEADERS.items()
        }
        return {**super().get_components(), "headers": headers}

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        if hasattr(operation, "_run_decorators"):  # conditional_get
            details["parameters"].append(CONDITION)
            details["responses"][304] = {"description": "The client has this answer already."}
        for status in _problem_statuses(operation):
            answer = {"description": HTTPStatus(status).phrase, "content": PROBLEM_CONTENT}
            details["responses"].setdefault(status, answer)
        for status, answer in details["responses"].items():
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
            answer["headers"] |= RETRY_AFTER if status == HTTPStatus.TOO_MANY_REQUESTS else {}
        return details

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        security = super().operation_security(operation)
        for auth in operation.auth_callbacks:
            if isinstance(auth, BearerToken) and security:
                # Any one of the scopes is enough.
                security = [{BearerToken.__name__: [scope.value]} for scope in auth.any_of] or security
                security += [{}] if auth.is_public else []
        return security


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
