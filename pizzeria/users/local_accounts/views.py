"""
The views of local accounts: allauth's views with our templates, status codes and access rules.

The answer to an e-mail address is the same whether it is known here or not.
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
    """The page for the code sent to the address of a new account, or to the new address of an existing one."""

    template_name = "account/confirm_email.html"

    def form_valid(self, form: Any) -> HttpResponse:
        code = self._process.code
        try:
            response: HttpResponse = super().form_valid(form)
        except EmailNotSent:  # the state holds a new code that was not delivered: restore the old one
            self._process.state["code"] = code
            self._process.persist()
            messages.error(self.request, EMAIL_NOT_SENT)
            return redirect("account_email_verification_sent")
        return response

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


class ChangePasswordView(FormStatusMixin, account.PasswordChangeView):  # type: ignore[misc]
    template_name = "account/change_password.html"


class EmailView(EmailRequiredMixin, FormStatusMixin, account.EmailView):  # type: ignore[misc]
    template_name = "account/email.html"


class ReauthenticateView(FormStatusMixin, account.ReauthenticateView):  # type: ignore[misc]
    """The page that asks for the password again, before actions that a finder of an open browser must not do."""

    template_name = "account/reauthenticate.html"


def _unprocessable(response: HttpResponse) -> HttpResponse:
    if not isinstance(response, HttpResponseRedirect):
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response
