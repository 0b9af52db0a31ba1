"""
The session keys of this app: who is signed in and by what, the Keycloak session, the times at which a session ends.

Staff groups count only in a session that Keycloak began or, where the demo stands in for Keycloak, in a session that
the demo's own sign-in form began. In every other session the signed-in user is a customer.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY

from pizzeria.users.models import OidcSession, User
from pizzeria.users.roles import ADMIN, CUSTOMER

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    type SessionData = SessionBase | Mapping[str, Any]  # a session, or its decoded data

KEYCLOAK = "pizzeria.users.keycloak.backend.KeycloakBackend"
ACCOUNT = "pizzeria.users.local_accounts.backend.AccountBackend"
DEMO_FORM = "pizzeria.users.demo_backend.DemoBackend"

STAFF_IDLE_TIMEOUT = timedelta(hours=12)
ADMIN_IDLE_TIMEOUT = timedelta(minutes=30)
ADMIN_MAX_AGE = timedelta(hours=10)
LAST_USED_RESOLUTION = timedelta(minutes=1)  # between two marks of use: not every page writes to its session

PERSON, GROUPS = "person", "groups"  # for the header of every page, which queries nothing
_OIDC_SESSION, _CHECKED, _AUTHENTICATED = "oidc_session", "checked_at", "authenticated_at"
_BEGAN, _SEEN, _SEEN_IN_ADMIN = "began_at", "seen_at", "seen_in_admin_at"


def demo_form_stands_in() -> bool:
    """Return whether the demo's own sign-in form stands in for Keycloak."""
    return bool(settings.SHOP_DEMO and not settings.OIDC_ISSUER)


def began_by_keycloak(session: "SessionData") -> bool:
    """Return whether Keycloak began the session."""
    return bool(session.get(BACKEND_SESSION_KEY) == KEYCLOAK)


def began_by_local_account(session: "SessionData") -> bool:
    """Return whether a local customer account began the session, by its password or one of its passkeys."""
    return bool(session.get(BACKEND_SESSION_KEY) == ACCOUNT)


def has_staff_groups(session: "SessionData") -> bool:
    """
    Return whether the user's groups count in this session.

    They count in every session that Keycloak began, also a customer's, and in those of the demo's form.
    """
    return began_by_keycloak(session) or (demo_form_stands_in() and session.get(BACKEND_SESSION_KEY) == DEMO_FORM)


def mark_user(session: "SessionBase", user: User) -> None:
    """Store in the session the user's name, and the groups that count in it."""
    session[PERSON] = user.first_name or str(user)
    groups = {str(CUSTOMER.group)}
    if has_staff_groups(session):
        groups = set(user.groups.values_list("name", flat=True)) | ({str(ADMIN.group)} if user.is_superuser else set())
    session[GROUPS] = sorted(groups)


def mark_authenticated(session: "SessionBase", *, at: datetime) -> None:
    """Store in the session that its user has authenticated now; the session age and use times start anew."""
    for name in (_AUTHENTICATED, _BEGAN, _SEEN, _SEEN_IN_ADMIN):
        session[name] = at.timestamp()


def mark_keycloak_session(session: "SessionBase", oidc_session: OidcSession, *, at: datetime) -> None:
    """Store in a session that Keycloak began its `OidcSession`, with the times of authentication and revalidation."""
    session[_OIDC_SESSION] = oidc_session.pk
    session[_AUTHENTICATED] = oidc_session.authenticated_at.timestamp()
    mark_checked(session, at=at)
    session[_SEEN] = at.timestamp()


def oidc_session_id(session: "SessionBase") -> int | None:
    """Return the primary key of the `OidcSession` by which the session is revalidated; None if it has none."""
    found = session.get(_OIDC_SESSION)
    return found if isinstance(found, int) else None


def mark_checked(session: "SessionBase", *, at: datetime) -> None:
    """Store in the session when it was last revalidated at the provider."""
    session[_CHECKED] = at.timestamp()


def checked_at(session: "SessionBase") -> datetime:
    """Return when the session was last revalidated at the provider; the epoch if that is unknown."""
    return _time_in(session, _CHECKED)


def authenticated_at(session: "SessionBase") -> datetime:
    """Return when the session's user last authenticated; the epoch if that is unknown."""
    return _time_in(session, _AUTHENTICATED)


def mark_used(session: "SessionBase", *, in_admin: bool, at: datetime) -> None:
    """Store in the session that it is in use, at most once a minute."""
    for use in (_SEEN, _SEEN_IN_ADMIN) if in_admin else (_SEEN,):
        if at - _time_in(session, use) >= LAST_USED_RESOLUTION:
            session[use] = at.timestamp()


def is_expired(session: "SessionData", *, in_admin: bool, at: datetime) -> bool:
    """
    Return whether a session with staff groups has expired: unused for too long or, in the admin, too old.

    :param in_admin: whether the request is for the admin: only use of the admin counts there, not of other pages
    """
    age = at - _time_in(session, _BEGAN)
    idle = at - _time_in(session, _SEEN)
    idle_in_admin = at - _time_in(session, _SEEN_IN_ADMIN)
    return idle > STAFF_IDLE_TIMEOUT or (in_admin and (idle_in_admin > ADMIN_IDLE_TIMEOUT or age > ADMIN_MAX_AGE))


def _time_in(session: "SessionData", name: str) -> datetime:
    return datetime.fromtimestamp(session.get(name, 0), UTC)
