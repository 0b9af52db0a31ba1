from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from pizzeria.people.doors import actor_at_the_door

type GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Puts `request.actor` there, built when it is first asked for: most guest pages never do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_at_the_door(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class SignInRedirectMiddleware:
    """
    Sends people who have to sign in back to a page they can see, afterwards.

    A button's address shows nothing when it is visited: they come back to the page the button was on. And when htmx
    asked for a piece of a page, the whole page is visited instead.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        target = urlsplit(response.headers.get("Location", ""))
        if target.path != sign_in:
            return response
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(_ours(request, request.headers.get("HX-Current-URL")) or sign_in)
        if request.method not in ("GET", "HEAD") and parse_qs(target.query).get("next") == [request.get_full_path()]:
            page = _ours(request, request.headers.get("Referer"))
            response.headers["Location"] = f"{sign_in}?{urlencode({'next': page})}" if page else sign_in
        return response


def _ours(request: HttpRequest, address: str | None) -> str:
    """Give the path of an address on this site; nothing for any other."""
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    return urlsplit(address).path
