"""The board's settings: the command that changes how tickets are marked, and what guests see of the kitchen."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from kitchen.events import BoardSettingsChanged
from kitchen.models import Kitchen
from kitchen.permissions import CHANGE_CAPACITY
from kitchen.services.queue import send_board_and_promises
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed


@command
def change_board_settings(
    *,
    kitchen: Kitchen,
    settings: BoardSettingsChanged,
    shown: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> Kitchen:
    """
    Change the board's settings. Nothing happens if nothing changes.

    :param settings: all of them, as they are from now on
    :param shown: the values that the actor has seen, if they are to be as they were
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of the shown values is no longer so
    """
    if not by.may(CHANGE_CAPACITY):
        raise NotAllowed(_("Only managers can do that."))
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    refuse_if_changed_meanwhile(kitchen, shown=shown or {})
    if any(getattr(kitchen, field) != value for field, value in settings.model_dump().items()):
        record(kitchen, settings, by=by, at=at)
        send_board_and_promises(kitchen, at=at)  # learned minutes or the menu's: promises may change
    return kitchen
