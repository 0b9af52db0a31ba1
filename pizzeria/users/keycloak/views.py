"""Views of the OpenID Connect flow: authorization request, callback and back-channel logout."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from pizzeria.foundation import clock
from pizzeria.users import sessions
from pizzeria.users.keycloak import jwks, logout_tokens, provider
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable
from pizzeria.users.keycloak.tokens import LEEWAY, TokenInvalid, parse_time
from pizzeria.users.models import OidcSession

rate_limited = ratelimit.decorator(app="allauth.account", action="keycloak", limit_get=True)

log = structlog.get_logger(__name__)


@method_decorator([login_not_required, rate_limited], name="dispatch")
class AuthorizationRequestView(OIDCAuthenticationRequestView):  # type: ignore[misc]
    """
    The redirect to the provider's authorization endpoint, made only if the provider answers.

    If it does not, the redirect would end in an error page of the browser.
    """

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not provider.is_configured():
            return render(request, "users/not_connected.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        if not jwks.realm_keys.is_answering():
            return _provider_unavailable(request)
        response: HttpResponseBase = super().get(request)
        parameters = dict(parse_qsl(urlsplit(response.headers["Location"]).query))
        # Stored with the state, because another tab may have an authorization request of its own.
        login_request = {"next": request.session.pop("oidc_login_next"), "max_age": parameters.get("max_age")}
        request.session["oidc_states"][parameters["state"]] |= login_request
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, Any]:
        """Return `max_age` (seconds) if the step requires recent authentication; the callback checks it."""
        max_age = request.GET.get("max_age", "")[:6]  # days, at most
        return {"max_age": max_age} if max_age.isdecimal() else {}


@method_decorator(login_not_required, name="dispatch")
class CallbackView(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """The callback of an authorization request: begins a session, or shows an error page and changes nothing."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not provider.is_configured():
            return render(request, "users/not_connected.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:  # RFC 9207
            return _refused(request, "issuer mismatch")
        if "error" in request.GET:
            return _refused(request, "the server says " + request.GET["error"][:40])
        self.login_request = request.session.get("oidc_states", {}).get(request.GET.get("state"), {})
        try:
            response: HttpResponseBase = super().get(request)
        except ProviderUnavailable:
            return _provider_unavailable(request)
        except (ProviderRefused, TokenInvalid, SuspiciousOperation) as error:
            return _refused(request, str(error))
        return response

    def login_success(self) -> HttpResponse:
        """Begin a session with a new key, also for a user who was signed in and has authenticated again."""
        request, at = self.request, clock.now()
        if not self._is_fresh_enough(at=at):
            return _refused(request, "auth_time is older than max_age")
        if old := sessions.oidc_session_id(request.session):
            OidcSession.objects.filter(pk=old).delete()
            request.session.cycle_key()
        auth.login(request, self.user)
        if request.session.session_key is None:
            request.session.save()
        oidc_session = keycloak_sessions.store_session(
            request.oidc_login, session_key=request.session.session_key, at=at
        )
        sessions.mark_keycloak_session(request.session, oidc_session, at=at)
        next_page = self.login_request.get("next") or self.success_url
        return HttpResponseRedirect(next_page)  # `redirect` would take a plain word for a URL name

    def login_failure(self) -> HttpResponse:
        return _refused(self.request, "no pending sign-in for this state, or the user is deactivated")

    def _is_fresh_enough(self, *, at: datetime) -> bool:
        """
        Return whether the user authenticated within the requested `max_age`.

        OpenID Connect Core 1.0, section 3.1.3.7, step 13.
        """
        if self.login_request.get("max_age") is None:
            return True
        authenticated_at = parse_time(self.request.oidc_login.claims, "auth_time")
        return (
            authenticated_at is not None
            and at - authenticated_at <= timedelta(seconds=int(self.login_request["max_age"])) + LEEWAY
        )


@csrf_exempt
@login_not_required
@require_POST
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    """
    End the sessions that the provider reports as ended (OpenID Connect Back-Channel Logout 1.0).

    Answers 400 unless the token is a recent logout token for us that was not used before, and 503 while the realm's
    keys are unknown and cannot be fetched.
    """
    try:
        ended = logout_tokens.verify_logout_token(request.POST.get("logout_token", ""), at=clock.now())
    except TokenInvalid as error:
        log.warning("logout_token_refused", reason=str(error))
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    except ProviderUnavailable:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    keycloak_sessions.end_sessions(ended, reason="back-channel logout")
    return HttpResponse(status=HTTPStatus.OK)


def _provider_unavailable(request: HttpRequest) -> HttpResponse:
    log.warning("sign_in_unavailable")
    response = render(request, "users/provider_unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "30"
    return response


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    log.warning("sign_in_refused", reason=reason)
    return render(request, "users/sign_in_failed.html", status=HTTPStatus.BAD_REQUEST)
