"""
The actor: who a request or a task acts as, passed to every command as `by=`.

For a request it is built once, where the session or the token is checked. A command checks `by.may(…)` and never the
user, because only the code that checks a session or a token knows which permissions it grants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Concatenate, NewType, Self, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

Permission = NewType("Permission", str)  # "app.codename", as Django writes it

ENTER_ADMIN = Permission("admin.enter")  # belongs to no model: stands for Django's staff status


class ActorKind(StrEnum):
    GUEST = "guest"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    An actor.

    :param guest_token: the token of a guest's link, which proves that the actor may act on that order; blank: none
    :param client: the pseudonym of the connection that a request came by (`foundation.clients`); blank: no request
    """

    kind: ActorKind
    user_id: int | None = None
    permissions: frozenset[Permission] = frozenset()
    authenticated_at: datetime | None = None  # when the user last authenticated; None: unknown
    guest_token: str = field(default="", repr=False)  # a secret: neither in a log nor in a traceback
    client: str = field(default="", repr=False)

    def may(self, permission: Permission) -> bool:
        """Return whether the actor has a permission; the system has every permission."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def with_guest_token(self, token: str) -> Self:
        """Return this actor, who also has a guest's link."""
        return replace(self, guest_token=token)

    def with_client(self, client: str) -> Self:
        """Return this actor, whose request came by a connection."""
        return replace(self, client=client)

    def __str__(self) -> str:
        """Return the actor as the event log stores it: "guest", "system", or the user's id."""
        return str(self.user_id) if self.kind is ActorKind.PERSON else self.kind.value


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM)


def actor_of(request: HttpRequest) -> Actor:
    """
    Return `request.actor`, which the middleware has set.

    :raises AttributeError: that middleware is not installed; no default is assumed
    """
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs[**P](permission: Permission) -> Callable[[View[P]], View[P]]:
    """
    Restrict a view to actors with a permission.

    A guest is redirected to sign in; a signed-in user without the permission gets the 403 page.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind is ActorKind.GUEST:
                return redirect_to_login(request.get_full_path())
            if not actor.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
