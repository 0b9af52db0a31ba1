"""What asking again about a session means for the request that holds it."""

from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from pizzeria.users import header, sessions
from pizzeria.users.models import SignIn
from pizzeria.users.oidc import sign_ins


def recheck(request: HttpRequest, *, at: datetime) -> None:
    """
    Ask about the request's session, if it is time to; before `request.user` is looked at.

    A session that has ended is anonymous from here on. One whose roles are others now, whoever was told so first, goes
    on with those, and with a new key.
    """
    session = request.session
    if not sign_ins.is_due(sessions.checked_at(session), at=at):
        return
    sign_in = sign_ins.recheck(sessions.sign_in_id(session) or 0, at=at)
    if sign_in is None:
        auth.logout(request)
        return
    sessions.mark_checked(session, at=sign_in.checked_at)
    shown = session.get(header.GROUPS)
    header.remember(request, sign_in.identity.user)
    if session[header.GROUPS] != shown:
        session.cycle_key()
        SignIn.objects.filter(pk=sign_in.pk).update(session_key=session.session_key)
