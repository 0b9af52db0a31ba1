"""The middleware that keeps pages out of caches."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


class NeverCacheMiddleware:
    """
    Middleware that lets no cache store a response, unless its view says what may be stored.

    Every page shows the session's own: the number of items in the basket, messages, a form with its keys. The browser's
    back button would show them as they were.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
