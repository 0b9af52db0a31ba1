from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string


class MethodNotAllowedPageMiddleware:
    """
    Gives a page to a button's address that somebody visits: out of the history, or after signing in elsewhere.

    Status and headers stay. An answer that says something already, as one to a program does, is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        visited = request.method in ("GET", "HEAD") and isinstance(response, HttpResponseNotAllowed)
        if visited and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response
