"""
How a session was begun, by whom it is watched, and when it ends.

Staff groups count only in a session that Keycloak began; where the demo stands in for it, in one that the demo's own
form began. Everybody else who is signed in is a customer.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY

from pizzeria.users.models import OidcSession

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    type Content = SessionBase | Mapping[str, Any]  # a session, or what lies in one

KEYCLOAK = "pizzeria.users.keycloak.backend.KeycloakBackend"
ACCOUNT = "pizzeria.users.local_accounts.backend.AccountBackend"
DEMO_FORM = "django.contrib.auth.backends.ModelBackend"

IDLE_AT_WORK = timedelta(hours=12)
IDLE_IN_ADMIN = timedelta(minutes=30)
LONGEST_IN_ADMIN = timedelta(hours=10)
BETWEEN_MARKS = timedelta(minutes=1)  # not every page writes into its session

_OIDC_SESSION, _CHECKED, _AUTHENTICATED = "oidc_session", "checked_at", "authenticated_at"
_BEGAN, _SEEN, _SEEN_IN_ADMIN = "began_at", "seen_at", "seen_in_admin_at"


def is_by_keycloak(session: "Content") -> bool:
    """Tell whether Keycloak began a session."""
    return bool(session.get(BACKEND_SESSION_KEY) == KEYCLOAK)


def is_by_account(session: "Content") -> bool:
    """Tell whether a customer's own account began a session: its password or a passkey of it."""
    return bool(session.get(BACKEND_SESSION_KEY) == ACCOUNT)


def has_staff_groups(session: "Content") -> bool:
    """Tell whether the groups of whoever holds a session count in it: a customer's too, if Keycloak lets them in."""
    stands_in = settings.SHOP_DEMO and not settings.OIDC_ISSUER
    return is_by_keycloak(session) or (stands_in and session.get(BACKEND_SESSION_KEY) == DEMO_FORM)


def mark_authenticated(session: "SessionBase", *, at: datetime) -> None:
    """Note that whoever holds a session has just proved who they are."""
    for name in (_AUTHENTICATED, _BEGAN, _SEEN, _SEEN_IN_ADMIN):
        session[name] = at.timestamp()


def mark_begun(session: "SessionBase", oidc_session: OidcSession, *, at: datetime) -> None:
    """Note in a session of Keycloak's by which it is asked about."""
    session[_OIDC_SESSION] = oidc_session.pk
    session[_AUTHENTICATED] = oidc_session.authenticated_at.timestamp()
    mark_checked(session, at=at)
    session[_SEEN] = at.timestamp()


def oidc_session_id(session: "SessionBase") -> int | None:
    """Give the row that a session of Keycloak's is asked about by."""
    found = session.get(_OIDC_SESSION)
    return found if isinstance(found, int) else None


def mark_checked(session: "SessionBase", *, at: datetime) -> None:
    """Note when the server was last asked about a session."""
    session[_CHECKED] = at.timestamp()


def checked_at(session: "SessionBase") -> datetime:
    """Tell when the server was last asked about a session; long ago when nobody knows."""
    return _moment(session, _CHECKED)


def authenticated_at(session: "SessionBase") -> datetime:
    """Tell when whoever holds a session last proved who they are; long ago when nobody knows."""
    return _moment(session, _AUTHENTICATED)


def mark_seen(session: "SessionBase", *, in_admin: bool, at: datetime) -> None:
    """Note that a session is used, once a minute."""
    for use in (_SEEN, _SEEN_IN_ADMIN) if in_admin else (_SEEN,):
        if at - _moment(session, use) >= BETWEEN_MARKS:
            session[use] = at.timestamp()


def is_over(session: "Content", *, in_admin: bool, at: datetime) -> bool:
    """
    Tell whether a session that carries groups ends: because nobody used it for long, or it has lasted long enough.

    :param in_admin: whether it is to go on there; what it was used for elsewhere does not count
    """
    age, unused, unused_in_admin = (at - _moment(session, name) for name in (_BEGAN, _SEEN, _SEEN_IN_ADMIN))
    return unused > IDLE_AT_WORK or (in_admin and (unused_in_admin > IDLE_IN_ADMIN or age > LONGEST_IN_ADMIN))


def _moment(session: "Content", name: str) -> datetime:
    return datetime.fromtimestamp(session.get(name, 0), UTC)
