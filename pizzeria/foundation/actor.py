"""
Who does something: built once at the door, handed to every command as `by=`.

A command asks `by.may(…)` and never the user: only the door knows what a session or a token is good for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Concatenate, NewType, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

Permission = NewType("Permission", str)  # "app.codename", as Django writes it

ENTER_ADMIN = Permission("admin.enter")  # of no model: who is staff to Django


class ActorKind(StrEnum):
    GUEST = "guest"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    user_id: int | None = None
    permissions: frozenset[Permission] = frozenset()
    authenticated_at: datetime | None = None  # when whoever it is last proved who they are; None: nobody knows

    def may(self, permission: Permission) -> bool:
        """Tell whether the action that a permission stands for is open to this actor; the system may do all."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def __str__(self) -> str:
        """Name the actor as the event log keeps it: "guest", "system", or the user's id."""
        return str(self.user_id) if self.kind is ActorKind.PERSON else self.kind.value


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM)


def actor_of(request: HttpRequest) -> Actor:
    """Tell who asks. The middleware put it there; without it this fails rather than guesses."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs[**P](permission: Permission) -> Callable[[View[P]], View[P]]:
    """
    Open a view to those who hold a permission.

    Somebody not signed in is sent to sign in; somebody signed in without it gets the 403 page.
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
