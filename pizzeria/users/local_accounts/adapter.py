"""Adapters that change allauth's behaviour where it has no setting."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation import clock
from pizzeria.foundation.shop.selectors import current_shop
from pizzeria.users.local_accounts import emails, rate_limits
from pizzeria.users.local_accounts.eligibility import may_have_account, postpone_purge
from pizzeria.users.local_accounts.emails import EmailNotSent
from pizzeria.users.models import User

LOGIN_REFUSED = _("That e-mail and password do not go together. Try again, or have a new password made.")

MESSAGES = {
    "account/messages/email_confirmed.txt": _("Your e-mail is confirmed."),
    "account/messages/email_confirmation_failed.txt": _("That e-mail cannot be used here."),
    "account/messages/password_changed.txt": _("You have a new password."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is kept. You can sign in with it from now on."),
    "mfa/messages/webauthn_removed.txt": _("That passkey opens nothing here any more."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Account adapter: e-mail by our own mailer, a page for rate limits, no users whom a sign-in server knows."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": LOGIN_REFUSED,
        "invalid_login": LOGIN_REFUSED,
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "incorrect_code": _("That is not the code in our letter. Have another look?"),
        "duplicate_email": _("That is your e-mail already."),
        "email_taken": _("That e-mail cannot be used here."),
        "too_many_login_attempts": _("That was a wrong code once too often. Please begin again."),
        "rate_limited": _("We have just written to you. Give the letter a moment, then ask again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether e-mail is configured: without it, no e-mail address can be confirmed."""
        return emails.is_configured()

    # --- E-mail ---

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Send an account e-mail; of allauth's context, only codes and addresses reach the template.

        A code can be entered for a while, so that an unconfirmed account is not purged meanwhile.

        :raises EmailNotSent: it cannot be rendered, the mail server did not accept it, or none is configured
        """
        known = {name: context[name] for name in ("code", "from_email", "to_email") if name in context}
        emails.send_account_email(template_prefix.rpartition("/")[2], to=email, variables=known | _account_urls())
        if "code" in known:
            postpone_purge(email, at=clock.now())

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Send the owner an e-mail about a change already made; if it cannot be sent, the change is kept."""
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except EmailNotSent:
            return  # already logged

    # --- Eligibility and rate limits ---

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:  # too many wrong passwords
            raise ImmediateHttpResponse(rate_limits.rate_limited(request)) from None

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Return a refusal for a user who may not have an account, before a useless code is sent; else None."""
        return None if may_have_account(user) else self._refusal(request)

    def login(self, request: HttpRequest, user: User) -> None:
        """Refuse users who may not have an account; every sign-in passes here, by code, passkey or password."""
        if not may_have_account(user):
            raise ImmediateHttpResponse(self._refusal(request))
        super().login(request, user)

    def _refusal(self, request: HttpRequest) -> HttpResponse:
        clear_login(request)
        self.add_message(request, messages.ERROR, message=LOGIN_REFUSED)
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        if not may_have_account(user):
            raise PermissionDenied
        super().set_password(user, password)

    def get_login_stages(self) -> list[str]:
        """
        Return the login stages, without allauth's stage for a second factor.

        A passkey is an alternative to the password, not a second factor: a user who loses it still has the password.
        """
        return ["allauth.account.stages.EmailVerificationStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [{"id": "reauthenticate", "description": "", "url": reverse("account_reauthenticate")}]

    # --- Redirects and messages ---

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("customers:profile")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_email")

    def add_message(
        self, request: HttpRequest, level: int, template: str = "", *_args: Any, message: Any = None, **_kwargs: Any
    ) -> None:
        """Add the given message or the one in `MESSAGES`; other messages of allauth repeat what the page shows."""
        if text := message or MESSAGES.get(template):
            messages.add_message(request, level, str(text))


class PasskeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That passkey did not fit. Nothing has happened; you can try again."),
        "unverified_email": _("Please confirm your e-mail first."),
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the relying party, with the host of SHOP_ORIGIN as ID, not the host that a request claims."""
        return {"id": urlsplit(settings.SHOP_ORIGIN).hostname or "", "name": current_shop().name}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Return the WebAuthn user, with the opaque username as ID: primary keys do not leave the server."""
        name = EmailAddress.objects.get_primary_email(user) or str(user)
        return {"id": user.username.encode(), "name": name, "display_name": user.first_name or name}


def _account_urls() -> dict[str, str]:
    """Return the absolute URLs used in e-mails, below SHOP_ORIGIN: a request may claim another host."""
    names = {"sign_in_url": "users:sign_in", "sign_up_url": "account_signup", "reset_url": "account_reset_password"}
    return {name: f"{settings.SHOP_ORIGIN}{reverse(address)}" for name, address in names.items()}
