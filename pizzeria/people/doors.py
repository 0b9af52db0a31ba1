"""The door for sessions: builds the actor that a request acts as. Tokens will have theirs beside it."""

from django.http import HttpRequest

from pizzeria.foundation.actor import GUEST, Actor, Kind, Permission
from pizzeria.people import sessions
from pizzeria.people.models import User


def actor_at_the_door(request: HttpRequest) -> Actor:
    """
    Tell who a request with a session acts as. Up to three queries for a person (user, permissions), none else.

    Groups count only in a session of staff; in any other somebody signed in is a customer.
    """
    user = request.user
    if not user.is_authenticated:
        return GUEST
    return acting_as(user) if sessions.is_for_staff(request.session) else Actor(Kind.PERSON, user.pk)


def acting_as(user: User) -> Actor:
    """Give the actor that a signed-in person is."""
    return Actor(Kind.PERSON, user.pk, frozenset(Permission(name) for name in user.get_all_permissions()))
