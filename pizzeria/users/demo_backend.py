from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pizzeria.users import demo_people
from pizzeria.users.models import User


class DemoBackend(ModelBackend):
    """
    Backend of the demo's own sign-in form, which stands in for a sign-in server.

    The known password opens nothing where others can reach the shop, even if the users were created where they cannot.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if password == demo_people.PASSWORD and not demo_people.may_use_password(request):
            return None
        user: User | None = super().authenticate(request, username=username, password=password, **kwargs)
        return user
