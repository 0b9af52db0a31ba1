from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from pizzeria.users.local_accounts.eligibility import may_have_account
from pizzeria.users.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """
    Backend that signs in by a confirmed e-mail address and its password; not by a username that looks like one.

    A user who may not have an account gets the same answer as a wrong password, after the same amount of work.
    """

    def authenticate(self, request: HttpRequest | None, email: str = "", password: str = "") -> User | None:
        user: User | None = super().authenticate(request, email=email, password=password)
        return user

    def _check_password(self, user: User | None, password: str) -> User | None:
        checked: User | None = super()._check_password(user, password)
        return checked if checked and may_have_account(checked) else None

    @classmethod
    def _stash_user(cls, _user: User | None) -> User | None:
        """Return None instead of the user: allauth would reveal that the password is right but the account inactive."""
        return None
