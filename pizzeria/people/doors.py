"""The door for sessions: builds the actor that a request acts as. Tokens will have theirs beside it."""

from django.http import HttpRequest

from pizzeria.foundation.actor import GUEST, Actor, Kind, Permission


def actor_at_the_door(request: HttpRequest) -> Actor:
    """Tell who a request with a session acts as. Up to three queries for a person (user, permissions), none else."""
    user = request.user
    if not user.is_authenticated:
        return GUEST
    return Actor(Kind.PERSON, user.pk, frozenset(Permission(name) for name in user.get_all_permissions()))
