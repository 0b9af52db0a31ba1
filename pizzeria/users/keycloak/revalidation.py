"""Revalidation of the session of a request."""

from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from pizzeria.users import sessions
from pizzeria.users.keycloak import sessions as keycloak_sessions


def revalidate_request(request: HttpRequest, *, at: datetime) -> None:
    """
    Revalidate the request's session if that is due; to be called before `request.user` is first read.

    If the session has ended, the request goes on as anonymous. If the user's roles have changed, by this or another
    process's revalidation, the session goes on with the new roles and a new key.
    """
    session = request.session
    if not keycloak_sessions.is_revalidation_due(sessions.checked_at(session), at=at):
        return
    oidc_session = keycloak_sessions.revalidate(sessions.oidc_session_id(session) or 0, at=at)
    if oidc_session is None:
        auth.logout(request)
        return
    sessions.mark_checked(session, at=oidc_session.checked_at)
    shown = session.get(sessions.GROUPS)
    sessions.mark_user(request.session, oidc_session.identity.user)
    if session[sessions.GROUPS] != shown:
        session.cycle_key()
        keycloak_sessions.follow_session_key(session)
