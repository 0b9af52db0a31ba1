from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import SimpleLazyObject

from pizzeria.foundation import clock
from pizzeria.operations import problem_details
from pizzeria.operations.api_limits import RequestLimits
from pizzeria.operations.logs import REQUEST_ID_HEADER, request_id_of
from pizzeria.users.token_auth import principal_from_token


class ApiMiddleware:
    """
    Middleware that answers all requests below `/api/`, authenticated by access token alone.

    It runs before the middleware for sessions, cookies, CSRF, trailing slashes and sign-in redirects, so that none of
    them applies to the API. It never redirects, and its answers are not cached, unless they have an ETag. Requests are
    counted (`api_limits`), and every answer has the id of its request. HEAD is answered as GET, without a body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not f"{request.path_info}/".startswith("/api/"):
            return self.get_response(request)
        limits = RequestLimits(request, at=clock.now())
        request.principal = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: limits.counting_user(principal_from_token)
        )
        request.actor = SimpleLazyObject(lambda: request.principal.actor)  # type: ignore[attr-defined]
        response = _answer_head(request, limits) if request.method == "HEAD" else _answer(request, limits)
        limits.set_headers(response)
        response.headers[REQUEST_ID_HEADER] = request_id_of(request)
        response.setdefault("Cache-Control", "no-store")
        return response


class _BareHandler(BaseHandler):
    """Django's handling of a request, with no middleware: resolve, call the view (also an async one), check, render."""

    _view_middleware: list[Any] = []
    _template_response_middleware: list[Any] = []
    _exception_middleware: list[Any] = []

    def answer(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self._get_response(request)  # type: ignore[attr-defined]
        return response


_handler = _BareHandler()


def _answer(request: HttpRequest, limits: RequestLimits) -> HttpResponse:
    try:
        limits.count_address()
        _refuse_unsafe_transport(request)
        response = _handler.answer(request)
    except Exception as fault:  # noqa: BLE001 - every exception becomes a problem+json answer
        return problem_details.problem_response(request, fault)
    if isinstance(response, HttpResponseNotAllowed):
        return problem_details.method_not_allowed(response.headers["Allow"])
    return response


def _answer_head(request: HttpRequest, limits: RequestLimits) -> HttpResponse:
    """Answer as GET, without the body (RFC 9110, section 9.3.2). The endpoints know no HEAD."""
    request.method = "GET"
    response = _answer(request, limits)
    request.method = "HEAD"
    response.headers["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def _refuse_unsafe_transport(request: HttpRequest) -> None:
    """
    Refuse a request for an unknown host or, where https is required, over plain http.

    :raises DisallowedHost, PlainHttp:
    """
    request.get_host()
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise problem_details.PlainHttp
