"""Why an order was cancelled, or could not be delivered."""

from django.utils.translation import gettext as _

from orders.exceptions import ReasonMissing
from orders.models import CancelReason


def refuse_unless_explained(reason: CancelReason, note: str) -> None:
    """
    Refuse "something else" that nobody explains: it tells the next person nothing.

    :param note: what was typed beside the reason
    :raises ReasonMissing:
    """
    if reason == CancelReason.OTHER and not note:
        raise ReasonMissing(_("Please say why, in a few words."), field="note")
