"""Check of the reason why an order is cancelled or could not be delivered."""

from django.utils.translation import gettext as _

from orders.exceptions import ReasonMissing
from orders.models import CancelReason


def require_note_for_other(reason: CancelReason, note: str) -> None:
    """
    Refuse "something else" without a note: the next reader would learn nothing from it.

    :param note: the note to the reason
    :raises ReasonMissing: the reason is "something else" and the note is empty
    """
    if reason == CancelReason.OTHER and not note:
        raise ReasonMissing(_("Please say why, in a few words."), field="note")
