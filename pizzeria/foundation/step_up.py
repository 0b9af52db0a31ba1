"""
Step-up: a step that wants more than an open session, because somebody else may sit before it by now.

A command demands it; the door turns the refusal into a way to prove again who one is, and back. RFC 9470 has the same
for tokens.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.refusals import Refusal

RECENT = timedelta(minutes=10)


class ReauthenticationRequired(Refusal):
    """Whoever asks proved who they are too long ago. Doors that know a way to do so again lead there."""

    code = "sign_in_again"
    status = 403


def require_recent_auth(by: Actor, *, at: datetime) -> None:
    """
    Refuse whoever did not prove within ten minutes who they are. The system need not.

    :raises ProofTooOld:
    """
    if by.kind is ActorKind.SYSTEM:
        return
    if by.authenticated_at is None or at - by.authenticated_at > RECENT:
        raise ReauthenticationRequired(_("Please show once more that it is you: sign in again."))
