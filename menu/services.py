"""What happens to the menu beyond editing its rows: taking an item off (the 86) and putting it back."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from menu.events import ItemBack, ItemChanged, ItemPriced, ItemSoldOut
from menu.models import Extra, MenuItem, Pizza, Size, Topping
from menu.permissions import SELL_OUT
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal

SIZES = (("small", "Small", "1.00"), ("medium", "Medium", "1.30"), ("large", "Large", "1.60"))


class UntilPassed(Refusal):
    """ "Until" is not in the future."""

    code = "until_passed"
    status = 422


@command
def take_off[I: MenuItem](*, item: I, until: datetime | None, by: Actor, at: datetime) -> I:
    """
    Take an item off the menu: at once for new baskets, never for placed orders.

    :param until: when it is back by itself; None: until further notice
    :raises UntilPassed: `until` is not after `at`
    """
    _refuse_unless_allowed(by)
    if until is not None and until <= at:
        raise UntilPassed(_("That time has passed already."), field="until")
    item = lock(item)
    record(item, ItemSoldOut(until=until), by=by, at=at)
    return item


@command
def put_back[I: MenuItem](*, item: I, by: Actor, at: datetime) -> I:
    """Put an item back on the menu. Nothing happens if it is on it."""
    _refuse_unless_allowed(by)
    item = lock(item)
    if item.off_since is not None:
        record(item, ItemBack(), by=by, at=at)
    return item


@command
def set_up_sizes(*, by: Actor) -> bool:
    """Make the sizes that no pizza can be priced without; tell whether there were none."""
    if Size.objects.exists():
        return False
    for position, (slug, name, factor) in enumerate(SIZES):
        Size.objects.create(slug=slug, name=name, factor=Decimal(factor), position=position)
    return True


def lock[I: MenuItem](item: I) -> I:
    """Read an item afresh and hold it until the transaction ends."""
    return type(item)._base_manager.select_for_update(no_key=True).get(pk=item.pk)


def note_edit(item: MenuItem, *, before: MenuItem | None, fields: list[str], by: Actor, at: datetime) -> None:
    """
    Record what an edit in admin changed; the caller has locked the item and is about to save or has just saved it.

    :param before: the row as it was, None for a new one
    """
    old, new = price_of(before) if before else None, price_of(item)
    facts: list[ItemPriced | ItemChanged] = []
    if old != new:
        facts.append(ItemPriced(before=old, after=new))
    others = tuple(sorted(set(fields) - {"price", "base_price"}))
    if others:
        facts.append(ItemChanged(fields=others))
    if facts:
        record(item, *facts, by=by, at=at)


def price_of(item: MenuItem) -> Decimal:
    """Tell an item's own price: a pizza's is its base price."""
    match item:
        case Pizza():
            return item.base_price
        case Topping() | Extra():
            return item.price
    raise TypeError(f"{item!r} has no price")


def _refuse_unless_allowed(by: Actor) -> None:
    if not by.may(SELL_OUT):
        raise NotAllowed(_("Only the kitchen and managers can take something off the menu."))
