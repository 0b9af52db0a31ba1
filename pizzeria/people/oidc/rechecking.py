"""What asking again about a session means for the request that holds it."""

from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from pizzeria.people import header, sessions
from pizzeria.people.models import SignIn, User
from pizzeria.people.oidc import sign_ins
from pizzeria.people.oidc.sign_ins import Standing


def recheck(request: HttpRequest, *, at: datetime) -> None:
    """
    Ask about the request's session, if it is time to; before `request.user` is looked at.

    A session that has ended is anonymous from here on; one whose roles are others now goes on with those, and with a
    new key.
    """
    session = request.session
    if not sign_ins.is_due(sessions.checked_at(session), at=at):
        return
    found = sessions.sign_in_id(session)
    standing = sign_ins.recheck(found, at=at) if found else Standing.ENDED
    match standing:
        case Standing.ENDED:
            auth.logout(request)
        case Standing.UNKNOWN:
            sessions.note_checked(session, at=at - sign_ins.between() + sign_ins.UNTIL_AGAIN)
        case Standing.OTHER_ROLES:
            before = session.session_key
            session.cycle_key()
            SignIn.objects.filter(session_key=before).update(session_key=session.session_key)
            header.remember(request, User.objects.get(identities__sign_ins=found))
            sessions.note_checked(session, at=at)
        case Standing.SAME:
            sessions.note_checked(session, at=at)
