"""
The pages of accounts: allauth's views, in our look, with our status codes, and open to those they are for.

Whatever somebody types about an e-mail, the answer is the same whether it is known here or not.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pizzeria.people import sessions
from pizzeria.people.accounts import letters, passkeys
from pizzeria.people.accounts.letters import NoLetter

NO_LETTER = _("We cannot write to you just now, so nothing has changed. Please try again in a few minutes.")

entrance = method_decorator([login_not_required, never_cache], name="dispatch")
private = method_decorator(never_cache, name="dispatch")

type View = Callable[..., HttpResponseBase]


def of_an_account(view: View) -> View:
    """Open a page to whoever has signed in by an account; everybody else's sign-in is looked after elsewhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sessions.is_by_account(request.session):
            return render(request, "account/elsewhere.html", status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return guarded


class Form:
    """What every form here answers: 422 to what is not valid, 503 while no letter can leave; as it was typed."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except NoLetter:
            self.undo()
            form.add_error(None, NO_LETTER)
            return self._again(form, HTTPStatus.SERVICE_UNAVAILABLE)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        return self._again(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def undo(self) -> None:
        """Take back what was done before the letter could not leave."""

    def _again(self, form: Any, status: HTTPStatus) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=status)  # type: ignore[attr-defined]
        return answer


class NeedsLetters:
    """A page that leads nowhere in a shop that writes no e-mail, and says so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not letters.can_be_sent():
            return render(request, "account/closed.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


@entrance
class SignUp(NeedsLetters, Form, account.SignupView):  # type: ignore[misc]
    template_name = "account/sign_up.html"
    user = None

    def undo(self) -> None:
        if self.user is not None:
            self.user.delete()


@entrance
class SignIn(Form, account.LoginView):  # type: ignore[misc]
    template_name = "account/sign_in.html"


@entrance
class ConfirmEmail(account.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """Takes the code that went to a new account's e-mail, or to the one that an account is to have."""

    template_name = "account/confirm_email.html"

    def form_valid(self, form: Any) -> HttpResponse:
        code = self._process.code
        try:
            answer: HttpResponse = super().form_valid(form)
        except NoLetter:  # with another code, which nobody has
            self._process.state["code"] = code
            self._process.persist()
            messages.error(self.request, NO_LETTER)
            return redirect("account_email_verification_sent")
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        return _unprocessable(super().form_invalid(form))


@entrance
class Forgotten(NeedsLetters, Form, account.PasswordResetView):  # type: ignore[misc]
    template_name = "account/forgotten.html"


@entrance
class ConfirmForgotten(account.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    template_name = "account/confirm_forgotten.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        return _unprocessable(super().form_invalid(form))


@entrance
class NewPassword(Form, account.CompletePasswordResetView):  # type: ignore[misc]
    template_name = "account/new_password.html"


@private
class ChangePassword(Form, account.PasswordChangeView):  # type: ignore[misc]
    template_name = "account/change_password.html"


@private
class Email(NeedsLetters, Form, account.EmailView):  # type: ignore[misc]
    template_name = "account/email.html"


@private
class Prove(Form, account.ReauthenticateView):  # type: ignore[misc]
    """Asks once more for the password, before something that whoever finds an open browser should not do."""

    template_name = "account/prove.html"


# --- Passkeys ---


@require_safe
@never_cache
def passkeys_page(request: HttpRequest) -> HttpResponse:
    return render(request, "mfa/passkeys.html", {"passkeys": passkeys.of(request.user)})


@private
class AddPasskey(Form, webauthn.AddWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what a browser makes a passkey from: always one that is enough to sign in with."""
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


@entrance
class PasskeySignIn(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Gives a browser's script something to sign, and signs in whoever brings it back signed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(auth.begin_authentication(user=None))

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        post_authentication(self.request, authenticator, passwordless=True)
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        answer: HttpResponse = perform_login(self.request, login)
        return answer


def _unprocessable(answer: HttpResponse) -> HttpResponse:
    if not isinstance(answer, HttpResponseRedirect):
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer
