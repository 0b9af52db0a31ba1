"""Services of the menu: marking an item sold out (the 86) or available, the sizes, and recording edits of rows."""

from datetime import datetime
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _

from menu.events import ItemChanged, ItemDeleted, ItemMarkedAvailable, ItemPriceChanged, ItemSoldOut, SizeFactorChanged
from menu.models import Category, MenuItem, Pizza, SimpleItem, Size, Topping
from menu.permissions import MARK_SOLD_OUT
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal

SIZES = (("small", "Small", "1.00"), ("medium", "Medium", "1.30"), ("large", "Large", "1.60"))


class UntilPassed(Refusal):
    """`until` is not in the future."""

    code = "until_passed"
    status = 422


@command
def mark_sold_out[I: MenuItem](*, item: I, until: datetime | None, by: Actor, at: datetime) -> I:
    """
    Mark an item sold out: at once for new baskets, never for placed orders.

    :param until: when it is available again automatically; None: until further notice
    :raises UntilPassed: `until` is not after `at`
    """
    _refuse_unless_allowed(by)
    if until is not None and until <= at:
        raise UntilPassed(_("That time has passed already."), field="until")
    item = lock_item(item)
    record(item, ItemSoldOut(until=until), by=by, at=at)
    return item


@command
def mark_available[I: MenuItem](*, item: I, by: Actor, at: datetime) -> I:
    """Mark an item available again. Nothing happens if it is not marked sold out."""
    _refuse_unless_allowed(by)
    item = lock_item(item)
    if item.sold_out_since is not None:
        record(item, ItemMarkedAvailable(), by=by, at=at)
    return item


@command
def set_up_sizes(*, by: Actor, at: datetime) -> bool:
    """Create the sizes, without which no pizza can be priced; return whether there were none."""
    if Size.objects.exists():
        return False
    for position, (slug, name, factor) in enumerate(SIZES):
        # Get or create by slug, because two machines may deploy at once.
        defaults = {"name": name, "factor": Decimal(factor), "position": position}
        size, is_new = Size.objects.get_or_create(slug=slug, defaults=defaults)
        if is_new:
            record_factor_change(size, before=None, by=by, at=at)
    return True


def lock_item[I: MenuItem | Size | Category](item: I) -> I:
    """Lock an item until the transaction ends, and return its row, read afresh."""
    return cast("I", type(item)._base_manager.select_for_update(no_key=True).get(pk=item.pk))


def record_edit(item: MenuItem, *, before: MenuItem | None, fields: list[str], by: Actor, at: datetime) -> None:
    """
    Record what an admin edit changed; the caller has locked the item and is about to save or has just saved it.

    :param before: the row before the edit; None for a new item
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


def record_factor_change(size: Size, *, before: Size | None, by: Actor, at: datetime) -> None:
    """Record a size's new price factor; the caller has locked the size. Nothing is recorded if it is unchanged."""
    if before is None or before.factor != size.factor:
        record(size, SizeFactorChanged(before=before.factor if before else None, after=size.factor), by=by, at=at)


def remove(item: MenuItem, *, by: Actor, at: datetime) -> None:
    """Delete an item, within the admin's transaction; orders and the log keep their data about it."""
    item = lock_item(item)
    record(item, ItemDeleted(slug=item.slug), by=by, at=at)
    item.delete()


def price_of(item: MenuItem) -> Decimal:
    """Return an item's own price; a pizza's is its base price."""
    match item:
        case Pizza():
            return item.base_price
        case Topping() | SimpleItem():
            return item.price
    raise TypeError(f"{item!r} has no price")


def _refuse_unless_allowed(by: Actor) -> None:
    if not by.may(MARK_SOLD_OUT):
        raise NotAllowed(_("Only the kitchen and managers can take something off the menu."))
