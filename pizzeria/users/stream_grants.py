"""
Stream grants: what keeps an event stream open although its client sends no further request for a long time.

A grant is no longer valid when its session has ended on either side, has been unused for half a day, or its user has
lost the role, was deactivated, or has a new password. Sessions that Keycloak began are revalidated for streams as they
are for pages, but in a function of its own, apart from the check against our own database: Keycloak may be slow.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from pizzeria.foundation.actor import Permission
from pizzeria.users import sessions
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.models import User
from pizzeria.users.session_auth import actor_for_user

if TYPE_CHECKING:
    from pizzeria.users.sessions import SessionData


@dataclass(frozen=True, slots=True)
class StreamGrant:
    """
    The session, and the permission if one is needed, by which an event stream was opened.

    :param session_key: key of the session that opened the stream
    :param required_permission: the permission that opening the stream requires; None if being signed in is enough
    """

    session_key: str
    required_permission: Permission | None = None


def valid_grants(grants: Collection[StreamGrant], *, at: datetime) -> set[StreamGrant]:
    """
    Return the grants that would still open their stream, judged by our own database alone.

    Two queries for any number of customers; more for staff.
    """
    contents = _valid_sessions({each.session_key for each in grants}, at=at)
    users = _users_by_session(contents)
    return {
        each
        for each in grants
        if each.session_key in users
        and (
            each.required_permission is None
            or each.required_permission in _permissions(users[each.session_key], contents[each.session_key])
        )
    }


def revalidate_due(grants: Collection[StreamGrant], *, at: datetime) -> None:
    """Revalidate the grants' sessions that are due at Keycloak; `valid_grants` sees the results afterwards."""
    keycloak_sessions.revalidate_due({each.session_key for each in grants}, at=at)


def _valid_sessions(session_keys: set[str], *, at: datetime) -> "dict[str, SessionData]":
    """Return the decoded data of the sessions that have not expired, by session key."""
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=at)
    contents = {row.session_key: row.get_decoded() for row in rows}
    return {key: content for key, content in contents.items() if not _has_ended(content, at=at)}


def _has_ended(content: "SessionData", *, at: datetime) -> bool:
    return sessions.has_staff_groups(content) and sessions.is_expired(content, in_admin=False, at=at)


def _users_by_session(contents: "Mapping[str, SessionData]") -> dict[str, User]:
    """Return the user of each session that Django would still accept: active, with the password that it began with."""
    ids = {key: int(content[SESSION_KEY]) for key, content in contents.items() if SESSION_KEY in content}
    users = User.objects.filter(is_active=True).in_bulk(set(ids.values()))
    found = {key: users[user_id] for key, user_id in ids.items() if user_id in users}
    return {
        key: user
        for key, user in found.items()
        if constant_time_compare(contents[key].get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    }


def _permissions(user: User, content: "SessionData") -> frozenset[Permission]:
    """Return the user's current permissions in a session: none unless it is one with staff groups."""
    return actor_for_user(user).permissions if sessions.has_staff_groups(content) else frozenset()
