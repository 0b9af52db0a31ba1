"""
The pages of accounts: allauth's views, in our look, with our status codes, and open to those they are for.

Whatever somebody types about an e-mail, the answer is the same whether it is known here or not.
"""

from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from pizzeria.users.local_accounts.emails import EmailNotSent
from pizzeria.users.local_accounts.mixins import (
    EMAIL_NOT_SENT,
    EmailRequiredMixin,
    FormStatusMixin,
    public_page,
    uncached,
)


@public_page
class SignUpView(EmailRequiredMixin, FormStatusMixin, account.SignupView):  # type: ignore[misc]
    template_name = "account/sign_up.html"
    user = None

    def undo(self) -> None:
        if self.user is not None:
            self.user.delete()


@public_page
class SignInView(FormStatusMixin, account.LoginView):  # type: ignore[misc]
    template_name = "account/sign_in.html"


@public_page
class ConfirmEmailView(account.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """Takes the code that went to a new account's e-mail, or to the one that an account is to have."""

    template_name = "account/confirm_email.html"

    def form_valid(self, form: Any) -> HttpResponse:
        code = self._process.code
        try:
            answer: HttpResponse = super().form_valid(form)
        except EmailNotSent:  # with another code, which nobody has
            self._process.state["code"] = code
            self._process.persist()
            messages.error(self.request, EMAIL_NOT_SENT)
            return redirect("account_email_verification_sent")
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        return _unprocessable(super().form_invalid(form))


@public_page
class PasswordResetView(EmailRequiredMixin, FormStatusMixin, account.PasswordResetView):  # type: ignore[misc]
    template_name = "account/password_reset.html"


@public_page
class ConfirmPasswordResetView(account.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    template_name = "account/confirm_password_reset.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        return _unprocessable(super().form_invalid(form))


@public_page
class NewPasswordView(FormStatusMixin, account.CompletePasswordResetView):  # type: ignore[misc]
    template_name = "account/new_password.html"


@uncached
class ChangePasswordView(FormStatusMixin, account.PasswordChangeView):  # type: ignore[misc]
    template_name = "account/change_password.html"


@uncached
class EmailView(EmailRequiredMixin, FormStatusMixin, account.EmailView):  # type: ignore[misc]
    template_name = "account/email.html"


@uncached
class ReauthenticateView(FormStatusMixin, account.ReauthenticateView):  # type: ignore[misc]
    """Asks once more for the password, before something that whoever finds an open browser should not do."""

    template_name = "account/reauthenticate.html"


def _unprocessable(answer: HttpResponse) -> HttpResponse:
    if not isinstance(answer, HttpResponseRedirect):
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer
