"""Views for passkeys: list, add, remove, and sign in."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth, flows
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from pizzeria.users.local_accounts import passkeys
from pizzeria.users.local_accounts.mixins import FormStatusMixin, public_page


@require_safe
def passkeys_page(request: HttpRequest) -> HttpResponse:
    return render(request, "mfa/passkeys.html", {"passkeys": passkeys.of(request.user)})


class AddPasskeyView(FormStatusMixin, webauthn.AddWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the WebAuthn registration options, always for a passkey that is sufficient to sign in."""
        context: dict[str, Any] = super(webauthn.AddWebAuthnView, self).get_context_data(**kwargs)
        return {**context, "options": auth.begin_registration(self.request.user, passwordless=True)}

    def get_success_url(self) -> str:
        return reverse("mfa_list_webauthn")


@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def remove_passkey(request: HttpRequest, ref: str) -> HttpResponse:
    authenticator = passkeys.find(request.user, ref)
    if authenticator is None:
        raise Http404
    flows.remove_authenticator(request, authenticator)
    return redirect("mfa_list_webauthn")


@public_page
class PasskeySignInView(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Sign-in by passkey: GET returns a WebAuthn challenge as JSON, POST signs in the owner of the signed answer."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(auth.begin_authentication(user=None))

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        post_authentication(self.request, authenticator, passwordless=True)
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = perform_login(self.request, login)
        return response
