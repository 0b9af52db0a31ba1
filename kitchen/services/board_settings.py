"""The board's settings: the command that changes how tickets are marked, and what guests see of the kitchen."""

from collections.abc import Mapping
from datetime import datetime

from kitchen.events import BoardSettingsChanged
from kitchen.models import Kitchen
from kitchen.services.queue import bump_board_version, lock_for_settings
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record


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
    kitchen = lock_for_settings(kitchen, by=by)
    refuse_if_changed_meanwhile(kitchen, shown=shown or {})
    if any(getattr(kitchen, field) != value for field, value in settings.model_dump().items()):
        record(kitchen, settings, by=by, at=at)
        bump_board_version(kitchen)
    return kitchen
