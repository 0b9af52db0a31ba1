from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pizzeria.users import demo_people, sessions
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.login_urls import keycloak_login_url
from pizzeria.users.models import OidcSession
from pizzeria.users.roles import CUSTOMER, roles_of_groups

SIGNED_OUT_LOCALLY_ONLY = _(
    "You are signed out here, but maybe not at Keycloak, which does not answer just now. If somebody else uses this "
    "screen after you, close the browser too."
)


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """The sign-in page: links to Keycloak and, where the demo stands in for it, the demo's own sign-in form."""

    template_name = "users/sign_in.html"

    @property
    def redirect_authenticated_user(self) -> bool:  # type: ignore[override]
        """Return whether a signed-in user is redirected; not when the page is visited to reauthenticate (`?again`)."""
        return "again" not in self.request.GET

    def get_form(self, form_class: type[AuthenticationForm] | None = None) -> AuthenticationForm:
        form = super().get_form(form_class)
        del form.fields["username"].widget.attrs["autofocus"]  # this form is not the first way to sign in on the page
        return form

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {
            **super().get_context_data(**kwargs),
            "keycloak": keycloak_login_url(self.get_redirect_url()) if provider.is_configured() else "",
            "has_demo_form": sessions.demo_form_stands_in(),
            "demo_people": demo_people.listed_people(self.request),
            "demo_password": demo_people.PASSWORD,
            "is_reauthentication": not self.redirect_authenticated_user,
            "next_query": f"?{urlencode({'next': next_page})}" if (next_page := self.get_redirect_url()) else "",
            "form_address": resolve_url("users:sign_in") + ("" if self.redirect_authenticated_user else "?again=1"),
        }


@method_decorator(login_not_required, name="dispatch")
class SignOutView(LogoutView):
    """
    The sign-out view: ends the session here and, if Keycloak began it, the session at Keycloak.

    Signing out also removes the basket from the session: the next person at this screen starts with an empty one.
    """

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        mine = OidcSession.objects.filter(pk=sessions.oidc_session_id(request.session) or 0)
        tokens = [keycloak_sessions.id_token(sign_in) for sign_in in mine]
        response = super().post(request, *args, **kwargs)
        mine.delete()
        if not tokens:
            return response
        if not jwks.realm_keys.renew():  # a redirect would end in a browser error page
            messages.warning(request, SIGNED_OUT_LOCALLY_ONLY)
            return response
        return redirect(provider.logout_url(tokens[0], back_to=f"{settings.SHOP_ORIGIN}/"))


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Redirect a user who has just signed in to the landing page of the user's first role."""
    roles = roles_of_groups(set(request.session.get(sessions.GROUPS, []))) or [CUSTOMER]
    return redirect(roles[0].landing_page)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """
    Return the page for a form post without a valid CSRF token, usually after a sign-in since the form was opened.

    The fields of a form from our own pages are kept; a button sends them again with a current token. A browser that
    sends no cookie at all is told so: it gets no further here.
    """
    context = {
        "fields": _fields_of_own_form(request),
        "back_url": _url_of_form(request),
        "has_cookies": bool(request.COOKIES),
    }
    return render(request, "403_csrf.html", context, status=403)


def _fields_of_own_form(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the posted fields as (name, value) pairs; none of a form from another origin or with a password in it."""
    ours = {settings.SHOP_ORIGIN, f"{request.scheme}://{request.get_host()}"}
    if request.headers.get("Origin") not in ours or any("password" in name for name in request.POST):
        return []
    fields = ((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return [(name, str(value)) for name, values in fields for value in values]


def _url_of_form(request: HttpRequest) -> str:
    referrer = request.headers.get("Referer", "")
    return referrer if url_has_allowed_host_and_scheme(referrer, {request.get_host()}) else "/"
