"""Marking items sold out (the 86) and available again."""

from datetime import datetime

from django.utils.translation import gettext as _

from menu.events import ItemMarkedAvailable, ItemSoldOut
from menu.models import MenuItem
from menu.permissions import MARK_SOLD_OUT
from menu.services.editing import lock_item_on_the_menu
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.ends import refuse_unless_ahead
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed


@command
def mark_sold_out[I: MenuItem](*, item: I, until: datetime | None, by: Actor, at: datetime) -> I:
    """
    Mark an item sold out: at once for new baskets, never for placed orders.

    :param until: when it is available again automatically; None: until further notice
    :raises UntilPassed, UntilTooFar: `until` is not after `at`, or more than a year
    :raises ItemNotOnTheMenu: it is archived
    """
    refuse_unless_may_mark(by)
    refuse_unless_ahead(until, at=at)
    item = lock_item_on_the_menu(item)
    record(item, ItemSoldOut(until=until), by=by, at=at)
    return item


@command
def mark_available[I: MenuItem](*, item: I, by: Actor, at: datetime) -> I:
    """
    Mark an item available again. Nothing happens if it is not marked sold out.

    :raises ItemNotOnTheMenu: it is archived
    """
    refuse_unless_may_mark(by)
    item = lock_item_on_the_menu(item)
    if item.sold_out_since is not None:
        record(item, ItemMarkedAvailable(), by=by, at=at)
    return item


def set_availability(item: MenuItem, *, is_available: bool, by: Actor, at: datetime) -> None:
    """
    Mark an item available, or sold out until further notice, unless it is that already; the caller has locked it.

    :raises NotAllowed: it is to be changed, and the actor may not
    """
    if item.is_available(at) == is_available:
        return
    refuse_unless_may_mark(by)
    record(item, ItemMarkedAvailable() if is_available else ItemSoldOut(until=None), by=by, at=at)


def refuse_unless_may_mark(by: Actor) -> None:
    if not by.may(MARK_SOLD_OUT):
        raise NotAllowed(_("Only the kitchen and managers can take something off the menu."))
