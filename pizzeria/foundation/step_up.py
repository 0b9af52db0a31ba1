"""
Step-up: a step that wants more than an open session, because somebody else may sit before it by now.

A command demands it; the door turns the refusal into a way to prove again who one is, and back. RFC 9470 has the same
for tokens.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor, Kind
from pizzeria.foundation.refusals import Refusal

RECENT = timedelta(minutes=10)


class ProofTooOld(Refusal):
    """Whoever asks proved who they are too long ago. Doors that know a way to do so again lead there."""

    code = "sign_in_again"
    status = 403


def demand_recent_proof(by: Actor, *, at: datetime) -> None:
    """
    Refuse whoever did not prove within ten minutes who they are. The system need not.

    :raises ProofTooOld:
    """
    if by.kind is Kind.SYSTEM:
        return
    if by.proved_at is None or at - by.proved_at > RECENT:
        raise ProofTooOld(_("Please show once more that it is you: sign in again."))
