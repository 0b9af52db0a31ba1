"""
Archiving and restoring items. No item of the menu is deleted: its address would lead to another dish one day.

An archived item keeps its slug and its name; placed orders, the log and the recipes keep their data about it.
"""

from datetime import datetime

from menu.events import ItemArchived, ItemRestored
from menu.models import MenuItem
from menu.services.editing import lock_item, refuse_unless_may
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record


@command
def archive_item[I: MenuItem](*, item: I, by: Actor, at: datetime) -> I:
    """
    Archive an item: it is off the menu for new baskets at once. Nothing happens if it is archived already.

    :raises NotAllowed: the actor may not delete items of this kind
    """
    refuse_unless_may("delete", item, by)
    return archive(item, by=by, at=at)


def archive[I: MenuItem](item: I, *, by: Actor, at: datetime) -> I:
    """Archive an item within the admin's transaction, which has checked the permission."""
    item = lock_item(item)
    if not item.is_archived:
        record(item, ItemArchived(slug=item.slug), by=by, at=at)
    return item


@command
def restore_item[I: MenuItem](*, item: I, by: Actor, at: datetime) -> I:
    """
    Put an archived item on the menu again, as it was. Nothing happens if it is not archived.

    :raises NotAllowed: the actor may not change items of this kind
    """
    refuse_unless_may("change", item, by)
    item = lock_item(item)
    if item.is_archived:
        record(item, ItemRestored(), by=by, at=at)
    return item
