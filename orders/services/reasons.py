"""Checks of the reason why an order is cancelled or could not be delivered."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders.exceptions import ReasonMissing, ReasonNotPossible
from orders.models import CancelReason


def refuse_unless_possible(reason: CancelReason, possible: Sequence[CancelReason]) -> None:
    """
    Refuse a reason that is none of the possible ones.

    :raises ReasonNotPossible:
    """
    if reason not in possible:
        message = _("That cannot be the reason here. Possible: %(reasons)s.") % {"reasons": ", ".join(possible)}
        raise ReasonNotPossible(message, field="reason")


def require_note_for_other(reason: CancelReason, note: str) -> None:
    """
    Refuse "something else" without a note: the next reader would learn nothing from it.

    :param note: the note to the reason
    :raises ReasonMissing: the reason is "something else" and the note is empty
    """
    if reason == CancelReason.OTHER and not note:
        raise ReasonMissing(_("Please say why, in a few words."), field="note")
