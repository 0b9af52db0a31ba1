from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

import structlog
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.users import sessions
from pizzeria.users.keycloak.revalidation import revalidate_request
from pizzeria.users.login_urls import reauthentication_url
from pizzeria.users.session_auth import actor_for_request

STREAMS = "/stream/"  # come again by themselves: a screen that nobody looks at is not in use

REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}

log = structlog.get_logger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Puts `request.actor` there, built when it is first asked for: most guest pages never do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_for_request(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class AccessDeniedLogMiddleware:
    """
    One line about whoever was refused something: a door that is not theirs, or what is not there for them.

    What lies below `/api/` has lines of its own; they say what a token lacks.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED and request.resolver_match:  # an address of nothing refuses nobody
            what = request.resolver_match.view_name
            log.warning("refused", who=str(actor_of(request)), what=what, code=response.status_code)
        return response


class SessionRevalidationMiddleware:
    """
    Asks Keycloak every few minutes whether a session it began still stands, and ends what nobody used for long: half a
    day at work, half an hour in admin, whatever else it was used for meanwhile. In admin none lasts beyond ten hours.

    Without a redirect, so that a button pressed at that moment still does what it says. While Keycloak is out of
    reach, sessions live on. Whoever signs out still can: to end it here first would leave Keycloak's open.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        counts = SESSION_KEY in request.session and sessions.has_staff_groups(request.session)
        if counts and request.path not in (reverse("users:sign_out"), reverse("admin:logout")):
            self._look_at(request, at=clock.now())
        return self.get_response(request)

    def _look_at(self, request: HttpRequest, *, at: datetime) -> None:
        in_admin = request.path.startswith(reverse("admin:index"))
        if sessions.is_over(request.session, in_admin=in_admin, at=at):
            auth.logout(request)
        elif sessions.is_by_keycloak(request.session):
            revalidate_request(request, at=at)
        if SESSION_KEY in request.session and not request.path.startswith(STREAMS):
            sessions.mark_seen(request.session, in_admin=in_admin, at=at)


class StepUpMiddleware:
    """Leads somebody whose step wants a recent sign-in there, and back to the page the step is on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        is_page = request.method in ("GET", "HEAD")
        page = request.get_full_path() if is_page else _local_path(request, request.headers.get("Referer"))
        way = reauthentication_url(page or request.path)
        return HttpResponseClientRedirect(way) if request.headers.get("HX-Request") else redirect(way)


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
            return HttpResponseClientRedirect(_local_path(request, request.headers.get("HX-Current-URL")) or sign_in)
        if request.method not in ("GET", "HEAD") and parse_qs(target.query).get("next") == [request.get_full_path()]:
            page = _local_path(request, request.headers.get("Referer"))
            response.headers["Location"] = f"{sign_in}?{urlencode({'next': page})}" if page else sign_in
        return response


def _local_path(request: HttpRequest, address: str | None) -> str:
    """Give what follows the host in an address on this site; nothing for any other."""
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    found = urlsplit(address)
    return escape_leading_slashes(f"{found.path}?{found.query}" if found.query else found.path)
