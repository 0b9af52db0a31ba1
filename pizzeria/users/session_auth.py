"""Authentication by session: the actor as which a request acts. `token_auth` does the same for access tokens."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from pizzeria.foundation import clock
from pizzeria.foundation.actor import ENTER_ADMIN, GUEST, Actor, ActorKind, Permission
from pizzeria.foundation.clients import client_of
from pizzeria.users import sessions
from pizzeria.users.models import User


def actor_for_request(request: HttpRequest) -> Actor:
    """
    Return the actor for a request with a session. Up to two queries for a user (user, permissions), none for a guest.

    Groups count only in a staff session; in any other session a signed-in user is a customer.
    """
    return _actor_for_session(request).with_client(client_for_request(request))


def client_for_request(request: HttpRequest) -> str:
    """Return the pseudonym of the connection that a request came by (`Actor.client`)."""
    return client_of(_client_address(request), at=clock.now())


def _actor_for_session(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return GUEST
    authenticated_at = sessions.authenticated_at(request.session)
    if not sessions.has_staff_groups(request.session):
        return Actor(ActorKind.PERSON, user.pk, authenticated_at=authenticated_at)
    return actor_for_user(user, authenticated_at=authenticated_at)


def actor_for_user(user: User, *, authenticated_at: datetime | None = None) -> Actor:
    """Return the actor for a staff session."""
    permissions = {Permission(name) for name in user.permission_names()}
    if user.is_staff:
        permissions.add(ENTER_ADMIN)
    return Actor(ActorKind.PERSON, user.pk, frozenset(permissions), authenticated_at)


def _client_address(request: HttpRequest) -> str:
    """Return the client's address as the trusted proxy gives it; blank if it gives none."""
    try:
        return str(get_adapter().get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return ""
