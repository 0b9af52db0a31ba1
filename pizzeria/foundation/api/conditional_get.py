"""Conditional GET (RFC 9110, section 13): a client that has the answer already gets 304, without a body."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag
from ninja.decorators import decorate_view

# The header of an answer, as the OpenAPI document describes it.
ETAG = {
    "ETag": {
        "schema": {"type": "string"},
        "description": "Of the state that this answer shows",
        "example": '"0f5ad6d2b8d34a6c9d8e1f7a2b3c4d5e"',
    }
}

type Operation[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def _conditional[**P](operation: Operation[P]) -> Operation[P]:
    @wraps(operation)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = operation(request, *args, **kwargs)
        if response.status_code != HTTPStatus.OK or not isinstance(response, HttpResponse):
            return response
        set_response_etag(response)
        response.headers["Cache-Control"] = "private, no-cache"  # kept by the client, and never used without asking
        response.headers["Vary"] = "Authorization"
        return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response

    return answer


# Decorator of an endpoint, below the router's: its answer has an ETag, made of its body.
conditional_get = decorate_view(_conditional)
