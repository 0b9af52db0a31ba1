from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string


class MethodNotAllowedPageMiddleware:
    """
    Middleware that adds a page to a 405 answer when a POST-only URL is visited: from the history, or after a sign-in.

    Status and headers stay. An answer that has content already, such as one for a program, is not changed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        visited = request.method in ("GET", "HEAD") and isinstance(response, HttpResponseNotAllowed)
        if visited and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response
