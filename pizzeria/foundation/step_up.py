"""
Step-up: some commands require recent authentication, because another person may be using an open session.

The command requires it; for pages, a middleware turns the refusal into a redirect to reauthentication, and from there
back. RFC 9470 defines the same for tokens.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.refusals import Refusal

MAX_AUTH_AGE = timedelta(minutes=10)


class ReauthenticationRequired(Refusal):
    """The user authenticated too long ago. Entry points that can authenticate the user again redirect there."""

    code = "sign_in_again"
    status = 403


def require_recent_auth(by: Actor, *, at: datetime) -> None:
    """
    Refuse an actor who has not authenticated within the last ten minutes; the system is exempt.

    :raises ReauthenticationRequired: the last authentication is longer ago, or unknown
    """
    if by.kind is ActorKind.SYSTEM:
        return
    if by.authenticated_at is None or at - by.authenticated_at > MAX_AUTH_AGE:
        raise ReauthenticationRequired(_("Please show once more that it is you: sign in again."))
