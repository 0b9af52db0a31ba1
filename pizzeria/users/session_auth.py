"""The door for sessions: builds the actor that a request acts as. Tokens have theirs beside it (`token_door`)."""

from datetime import datetime

from django.http import HttpRequest

from pizzeria.foundation.actor import ENTER_ADMIN, GUEST, Actor, ActorKind, Permission
from pizzeria.users import sessions
from pizzeria.users.models import User


def actor_for_request(request: HttpRequest) -> Actor:
    """
    Tell who a request with a session acts as. Up to three queries for a person (user, permissions), none else.

    Groups count only in a session of staff; in any other somebody signed in is a customer.
    """
    user = request.user
    if not user.is_authenticated:
        return GUEST
    authenticated_at = sessions.authenticated_at(request.session)
    if not sessions.has_staff_groups(request.session):
        return Actor(ActorKind.PERSON, user.pk, authenticated_at=authenticated_at)
    return actor_for_user(user, authenticated_at=authenticated_at)


def actor_for_user(user: User, *, authenticated_at: datetime | None = None) -> Actor:
    """Give the actor that a person is in a session of staff."""
    permissions = {Permission(name) for name in user.get_all_permissions()}
    if user.is_staff:
        permissions.add(ENTER_ADMIN)
    return Actor(ActorKind.PERSON, user.pk, frozenset(permissions), authenticated_at)
