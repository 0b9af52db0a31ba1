"""The order in which items and categories are listed."""

from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from menu.events import ItemChanged
from menu.exceptions import ItemNotOnTheMenu
from menu.models import Category, Dish, MenuItem
from menu.services.editing import refuse_unless_may
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record


@command
def move_item[I: MenuItem | Category](*, item: I, place: int, by: Actor, at: datetime) -> I:
    """
    Move an item to a place among its neighbours, or a category among the categories; the others make room.

    Recorded is that the item's position has changed, and nothing of the others.

    :param place: counted from 1; one beyond the last place is the last
    :raises NotAllowed: the actor may not change items of this kind
    :raises ItemNotOnTheMenu: it is archived by now, or in another category
    """
    refuse_unless_may("change", item, by)
    locked = neighbours(item).order_by("pk").select_for_update(no_key=True, of=("self",))
    rows = sorted(locked, key=lambda row: (row.position, row.name))
    moved = next((row for row in rows if row.pk == item.pk), None)
    if moved is None:
        raise ItemNotOnTheMenu(_("That is not on the menu any more."))

    before = rows.index(moved)
    rows.remove(moved)
    rows.insert(max(place, 1) - 1, moved)
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])
    if isinstance(moved, MenuItem) and rows.index(moved) != before:
        record(moved, ItemChanged(fields=("position",)), by=by, at=at)
    return cast("I", moved)


def neighbours(item: MenuItem | Category) -> QuerySet[Any]:
    """Return the rows among which an item has its place: of its kind and category, on the menu."""
    rows: QuerySet[Any] = type(item)._base_manager.all()
    if isinstance(item, MenuItem):
        rows = rows.filter(archived_at=None)
    return rows.filter(category=item.category_id) if isinstance(item, Dish) else rows
