"""What asking again about a session means for the request that holds it."""

from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from pizzeria.users import header, sessions
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.models import OidcSession


def revalidate_request(request: HttpRequest, *, at: datetime) -> None:
    """
    Ask about the request's session, if it is time to; before `request.user` is looked at.

    A session that has ended is anonymous from here on. One whose roles are others now, whoever was told so first, goes
    on with those, and with a new key.
    """
    session = request.session
    if not keycloak_sessions.is_revalidation_due(sessions.checked_at(session), at=at):
        return
    oidc_session = keycloak_sessions.revalidate(sessions.oidc_session_id(session) or 0, at=at)
    if oidc_session is None:
        auth.logout(request)
        return
    sessions.mark_checked(session, at=oidc_session.checked_at)
    shown = session.get(header.GROUPS)
    header.remember(request, oidc_session.identity.user)
    if session[header.GROUPS] != shown:
        session.cycle_key()
        OidcSession.objects.filter(pk=oidc_session.pk).update(session_key=session.session_key)
