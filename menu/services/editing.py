"""What every edit of a menu item does, in the admin and by the API: lock its row, and record what changed."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _

from menu.events import ItemChanged, ItemPriceChanged
from menu.exceptions import ItemNotOnTheMenu
from menu.models import Category, MenuItem, Pizza, SimpleItem, Size, Topping
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed


def lock_item[I: MenuItem | Size | Category](item: I) -> I:
    """Lock an item until the transaction ends, and return its row, read afresh."""
    return cast("I", type(item)._base_manager.select_for_update(no_key=True).get(pk=item.pk))


def lock_item_on_the_menu[I: MenuItem](item: I) -> I:
    """
    Lock an item like `lock_item`.

    :raises ItemNotOnTheMenu: it is archived by now
    """
    item = lock_item(item)
    if item.is_archived:
        raise ItemNotOnTheMenu(_("That is not on the menu any more."))
    return item


def refuse_unless_may(verb: str, kind: MenuItem | Category | type[MenuItem], by: Actor) -> None:
    """
    Refuse an edit of the menu by an actor without the permission.

    :param verb: "add", "change" or "delete"
    :raises NotAllowed:
    """
    if not by.may(Permission(f"menu.{verb}_{kind._meta.model_name}")):
        raise NotAllowed(_("Only managers can edit the menu."))


def record_edit(item: MenuItem, *, before: MenuItem | None, fields: Iterable[str], by: Actor, at: datetime) -> None:
    """
    Record what an edit changed; the caller has locked the item and is about to save or has just saved it.

    :param before: the row before the edit; None for a new item
    :param fields: names of the fields that changed
    """
    old, new = price_of(before) if before else None, price_of(item)
    domain_events: list[ItemPriceChanged | ItemChanged] = []
    if old != new:
        domain_events.append(ItemPriceChanged(before=old, after=new))
    others = tuple(sorted(set(fields) - {"price", "base_price"}))
    if others:
        domain_events.append(ItemChanged(fields=others))
    if domain_events:
        record(item, *domain_events, by=by, at=at)


def set_price(item: MenuItem, price: Decimal) -> None:
    """Set an item's own price; a pizza's is its base price. The row is not saved."""
    match item:
        case Pizza():
            item.base_price = price
        case Topping() | SimpleItem():
            item.price = price
        case _:
            raise TypeError(f"{item!r} has no price")


def price_of(item: MenuItem) -> Decimal:
    """Return an item's own price; a pizza's is its base price."""
    match item:
        case Pizza():
            return item.base_price
        case Topping() | SimpleItem():
            return item.price
    raise TypeError(f"{item!r} has no price")
