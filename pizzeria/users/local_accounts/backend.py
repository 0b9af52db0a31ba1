from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from pizzeria.users.local_accounts.eligibility import may_have_account
from pizzeria.users.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """
    Signs in by a confirmed e-mail and its password; by nothing that merely looks like one.

    Whoever may have no account is told what a wrong password is told, after the same work.
    """

    def authenticate(self, request: HttpRequest | None, email: str = "", password: str = "") -> User | None:
        user: User | None = super().authenticate(request, email=email, password=password)
        return user

    def _check_password(self, user: User | None, password: str) -> User | None:
        checked: User | None = super()._check_password(user, password)
        return checked if checked and may_have_account(checked) else None

    @classmethod
    def _stash_user(cls, _user: User | None) -> User | None:
        """Keep nobody: allauth would tell them that their password is right, but their account is closed."""
        return None
