"""The error answers in the OpenAPI document: one example for each status."""

from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import REF_TEMPLATE

from pizzeria.foundation.api.schemas import Problem

SCHEMA = {"$ref": REF_TEMPLATE.format(model=Problem.__name__)}

# Code, detail and invalid fields of the example for a status.
EXAMPLES: dict[int, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    400: ("malformed", "The request cannot be read.", ()),
    401: ("no_token", "An access token is required.", ()),
    403: ("insufficient_scope", "Insufficient scope, required: orders:write.", ()),
    404: ("not_found", "Not found.", ()),
    409: ("busy", "A lot is going on right now. Please try again in a moment.", ()),
    412: ("precondition_failed", "Somebody else has changed that meanwhile. Please look again.", ()),
    413: ("too_large", "The request is too large.", ()),
    422: ("invalid", "Something in the request is not valid.", (("pizzas.0.size", "There is no such size."),)),
    429: ("too_many_requests", "Too many requests. Please wait a moment.", ()),
    503: ("unavailable", "Please try again in a moment.", ()),
}
KITCHEN_FULL = ("kitchen_full", "The kitchen is at capacity. Please try again in about 10 minutes.", ())


def problem_answer(status: int, *, can_wait: bool) -> dict[str, Any]:
    """
    Return the description of an error answer.

    :param can_wait: whether it can say when to try again
    """
    code, detail, fields = KITCHEN_FULL if can_wait and status == HTTPStatus.CONFLICT else EXAMPLES[status]
    title = HTTPStatus(status).phrase
    example: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    if fields:
        example["errors"] = [{"field": field, "detail": reason} for field, reason in fields]
    return {"description": title, "content": {"application/problem+json": {"schema": SCHEMA, "example": example}}}
