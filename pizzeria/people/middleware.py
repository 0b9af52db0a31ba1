from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
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


class SignInFragmentMiddleware:
    """Turns a redirect to the sign-in page into a whole-page visit when htmx asked for a piece of a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        target = response.headers.get("Location", "")
        is_sign_in = target.split("?")[0] == resolve_url(settings.LOGIN_URL)
        if is_sign_in and request.headers.get("HX-Request"):
            page = request.headers.get("HX-Current-URL", "")
            return HttpResponseClientRedirect(page or target)
        return response
