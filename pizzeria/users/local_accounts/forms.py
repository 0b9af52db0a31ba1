"""The forms of local accounts: allauth's forms, with our fields and texts."""

from typing import Any

import structlog
from allauth.account import forms as account
from allauth.mfa.webauthn import forms as passkeys
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.forms import SingleLineField, email_field, name_field
from pizzeria.users.local_accounts.adapter import PasskeyAdapter
from pizzeria.users.local_accounts.eligibility import may_have_account
from pizzeria.users.models import User

log = structlog.get_logger(__name__)


def password_field(label: Any, *, autocomplete: str = "current-password") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": _("Please type your password.")},
    )


def new_password_field(label: Any) -> forms.CharField:
    field = password_field(label, autocomplete="new-password")
    field.help_text = _("Eight characters at least. A short sentence is easy to keep.")
    field.error_messages["required"] = _("Please think of a password.")
    return field


def code_field() -> forms.CharField:
    return forms.CharField(
        label=_("The code in our letter"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        error_messages={"required": _("Please type the code that we have sent you.")},
    )


class SignUpForm(account.SignupForm):  # type: ignore[misc]
    """
    The sign-up form: creates an account or, if the address has one already, sends an e-mail that says so.

    allauth adds its fields in `__init__`, not on the class; they are replaced by ours there.
    """

    field_order = ["first_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"] = name_field()
        self.fields["email"] = email_field()
        self.fields["password1"] = new_password_field(_("Password"))
        self.order_fields(self.field_order)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # as slow as a new account: timing reveals nothing
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return made


class SignInForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field()
        self.fields["password"] = password_field(_("Password"))


class PasswordResetForm(account.ResetPasswordForm):  # type: ignore[misc]
    """The password reset form. Users who may not have an account are treated as unknown addresses."""

    users: list[User]
    email = email_field()

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if may_have_account(user)]
        return email


class NewPasswordForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The form for a new password, after the user has verified the e-mail address."""

    password1 = new_password_field(_("New password"))
    password2 = None

    def clean_password1(self) -> str:
        return _valid(self.cleaned_data["password1"], user=self.user)


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    oldpassword = password_field(_("The password you have"))
    password1 = new_password_field(_("The new one"))
    password2 = None

    def clean_password1(self) -> str:
        return _valid(self.cleaned_data["password1"], user=self.user)


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    password = password_field(_("Password"))


class EmailForm(account.AddEmailForm):  # type: ignore[misc]
    email = email_field(_("New e-mail"))


class ConfirmEmailForm(account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    code = code_field()


class ConfirmPasswordResetForm(account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    code = code_field()


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """The form that adds a passkey with user verification (fingerprint, face or PIN), sufficient to sign in."""

    name = SingleLineField(
        label=_("What shall we call it?"), required=False, max_length=60, help_text=_("Your phone, the blue key.")
    )
    passwordless = None

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            raise
        except Exception:  # a browser can send anything, and allauth checks little of it
            log.warning("passkey_not_added", exc_info=True)
            raise _passkey_unknown() from None
        return cleaned


class PasskeySignInForm(passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    """The sign-in form for a passkey, whose owner is found by the opaque username in it (`user_handle`)."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        try:
            return auth.complete_authentication(_owner_of(credential), credential)
        except ValidationError:
            raise
        except Exception:  # as above
            log.warning("passkey_not_read", exc_info=True)
            raise _passkey_unknown() from None


def _owner_of(credential: Any) -> User:
    credential_response = auth.parse_authentication_response(credential)
    user = User.objects.filter(username=credential_response.response.user_handle.decode()).first()
    if user is None or not may_have_account(user):
        raise _passkey_unknown()
    return user


def _valid(password: str, *, user: User | None) -> str:
    password_validation.validate_password(password, user)
    return password


def _passkey_unknown() -> ValidationError:
    error: ValidationError = PasskeyAdapter().validation_error("incorrect_code")
    return error
