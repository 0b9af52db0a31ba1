from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import resolve
from django.utils.functional import SimpleLazyObject

from pizzeria.operations import problem_details
from pizzeria.users.token_auth import principal_from_token


class ApiMiddleware:
    """
    Middleware that answers all requests below `/api/`, authenticated by access token alone.

    It runs before the middleware for sessions, cookies, CSRF, trailing slashes and sign-in redirects, so that none of
    them applies to the API. It never redirects, and its answers are not cached.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not f"{request.path_info}/".startswith("/api/"):
            return self.get_response(request)
        request.principal = SimpleLazyObject(lambda: principal_from_token(request))  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: request.principal.actor)  # type: ignore[attr-defined]
        response = _answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        _refuse_unsafe_transport(request)
        found = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    except Exception as fault:  # noqa: BLE001 - every exception becomes a problem+json answer
        return problem_details.problem_response(request, fault)
    if isinstance(response, HttpResponseNotAllowed):
        return problem_details.method_not_allowed(response.headers["Allow"])
    return response


def _refuse_unsafe_transport(request: HttpRequest) -> None:
    """
    Refuse a request for an unknown host or, where https is required, over plain http.

    :raises DisallowedHost, PlainHttp:
    """
    request.get_host()
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise problem_details.PlainHttp
