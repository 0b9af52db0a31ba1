from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

import structlog
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.public_files import is_public_file
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.users import sessions
from pizzeria.users.keycloak.revalidation import revalidate_request
from pizzeria.users.keycloak.sessions import follow_session_key
from pizzeria.users.login_urls import reauthentication_url
from pizzeria.users.session_auth import actor_for_request

# Event streams reconnect, screens report themselves, pages are refreshed, and a browser keeps a copy of the board: all
# without a person, so that it does not count as use of a session.
STREAMS = "/stream/"
WITHOUT_A_PERSON = ("admin:overview", "admin:kitchen_boardscreen_refresh", "kitchen:report_screen")
REFRESHED_PARTS = ("board", "tour")  # the ids of elements that fetch themselves again
COPY_HEADER = "X-Board-Copy"

REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}

log = structlog.get_logger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionMiddleware(middleware.SessionMiddleware):
    """
    Django's middleware for sessions, which asks again when another request has ended the session meanwhile.

    Several requests of a browser run at once when a session ends, as it does when somebody loses a role. Django answers
    those that store something in it by 400. Here the browser asks again, by then as who it is now: what this request
    has put into the cache of sessions meanwhile is deleted.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            view = request.resolver_match.view_name if request.resolver_match else ""
            log.info("session_interrupted", view=view)
            request.session.delete()
            return _ask_again(request)


def _ask_again(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if "text/html" not in request.headers.get("Accept", ""):  # a script: it would take the page for its answer
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"})
    is_page = request.method in ("GET", "HEAD")
    page = request.get_full_path() if is_page else _local_path(request, request.headers.get("Referer"))
    return redirect(page or settings.LOGIN_URL)


class ActorMiddleware:
    """Middleware that sets `request.actor`, built on first access: most pages for guests never access it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_for_request(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class AccessDeniedLogMiddleware:
    """
    Middleware that logs each request answered with 401, 403 or 404: one line with actor, view name and status.

    Requests below `/api/` do not reach it: `problem_details` logs what their token lacks.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED and request.resolver_match:  # a URL without a view is not a refusal
            view = request.resolver_match.view_name
            log.warning("access_denied", actor=str(actor_of(request)), view=view, status=response.status_code)
        return response


class SessionRevalidationMiddleware:
    """
    Middleware that revalidates Keycloak sessions every few minutes, and ends staff sessions that are unused or too old.

    A session with staff groups ends after half a day without use; for the admin, after half an hour without use of the
    admin, whatever other pages it was used for meanwhile, and ten hours after it began.

    Revalidation needs no redirect, so a form posted at that moment still has its effect. While Keycloak is unavailable,
    sessions stay valid. The sign-out views are exempt: ending the session here first would leave Keycloak's session
    open. Public files use no session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_public_file(request):
            return self.get_response(request)
        counts = SESSION_KEY in request.session and sessions.has_staff_groups(request.session)
        if counts and request.path not in (reverse("users:sign_out"), reverse("admin:logout")):
            self._check_session(request, at=clock.now())
        key = request.session.session_key
        response = self.get_response(request)
        if key != request.session.session_key:  # Django renews the key of a session that an earlier SECRET_KEY signed
            follow_session_key(request.session)
        return response

    def _check_session(self, request: HttpRequest, *, at: datetime) -> None:
        in_admin = request.path.startswith(reverse("admin:index"))
        if sessions.is_expired(request.session, in_admin=in_admin, at=at):
            auth.logout(request)
        elif sessions.began_by_keycloak(request.session):
            revalidate_request(request, at=at)
        if SESSION_KEY in request.session and not _is_without_a_person(request):
            sessions.mark_used(request.session, in_admin=in_admin, at=at)


def _is_without_a_person(request: HttpRequest) -> bool:
    if request.path.startswith(STREAMS) or request.path in map(reverse, WITHOUT_A_PERSON):
        return True
    is_refresh = request.headers.get("HX-Trigger") in REFRESHED_PARTS or COPY_HEADER in request.headers
    return request.method == "GET" and is_refresh


class StepUpMiddleware:
    """Middleware that redirects to reauthentication when a view requires it, and from there to the page of the step."""

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
    Middleware that corrects redirects to the sign-in page, so that `next` is a page that can be shown.

    The URL of a POST form cannot be visited by GET: `next` becomes the page with the form. For an htmx request of a
    page fragment, the browser visits the whole page instead.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Location" not in response.headers:
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        target = urlsplit(response.headers["Location"])
        if target.path != sign_in:
            return response
        if request.headers.get("HX-Request"):
            way = _local_path(request, request.headers.get("HX-Current-URL")) or sign_in
            response = HttpResponseClientRedirect(way)
            response.headers["X-Signed-Out"] = "1"  # a script tells it from the redirects of pages by this
            return response
        if request.method not in ("GET", "HEAD") and parse_qs(target.query).get("next") == [request.get_full_path()]:
            page = _local_path(request, request.headers.get("Referer"))
            response.headers["Location"] = f"{sign_in}?{urlencode({'next': page})}" if page else sign_in
        return response


def _local_path(request: HttpRequest, address: str | None) -> str:
    """Return path and query of a URL on this site; "" for any other URL or none."""
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    found = urlsplit(address)
    return escape_leading_slashes(f"{found.path}?{found.query}" if found.query else found.path)
