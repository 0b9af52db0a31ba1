"""
Prices from a later moment on: scheduling and withdrawing them, and folding those that are valid into the items' rows.

A scheduled price is in force exactly from its moment on (`menu.price_schedules`). Folding writes it into the item's row
and changes no price.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from menu.events import ItemPriceChanged, PriceScheduled, ScheduledPriceWithdrawn
from menu.exceptions import ItemNotOnTheMenu
from menu.models import ItemKind, MenuItem, Pizza, ScheduledPrice, SimpleItem, Topping, refuse_unlikely_price
from menu.price_schedules import PriceSchedule, schedule_from
from menu.services.editing import lock_item, lock_item_on_the_menu, price_of, refuse_unless_may, set_price
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.ends import is_too_far
from pizzeria.foundation.events.log import record
from pizzeria.foundation.money import format_amount, from_minor_units
from pizzeria.foundation.refusals import Refusal

#: For so long after its moment a price stays in its own row, so that requests that began before the moment still
#: compute with the price before it. Longer than any request takes.
FOLD_AFTER = timedelta(minutes=10)

PRICED_MODELS: tuple[type[MenuItem], ...] = (Pizza, SimpleItem, Topping)


class PriceRefused(Refusal):
    """A price cannot be scheduled like this: `field` is the price, or its moment (`valid_from`)."""

    code = "price_refused"
    status = 422


class ScheduledPriceNotFound(Refusal):
    """No such price is scheduled: it is in force by now, or was withdrawn."""

    code = "scheduled_price_not_found"
    status = 404


def price_schedule(item: MenuItem) -> PriceSchedule:
    """Return the prices of an item, read from its own and the scheduled rows. One query; exact under its lock."""
    return schedule_from(price_of(item), _scheduled(item))


@command
def schedule_price(*, item: MenuItem, price: Decimal, valid_from: datetime, by: Actor, at: datetime) -> ScheduledPrice:
    """
    Schedule a price of an item from a moment on.

    :raises NotAllowed: the actor may not change items of this kind
    :raises ItemNotOnTheMenu: it is archived
    :raises PriceRefused: the moment has passed, is more than a year ahead, or has a scheduled price already; or the
        item has that price then anyway
    """
    refuse_unless_may("change", item, by)
    return schedule(lock_item_on_the_menu(item), price=price, valid_from=valid_from, by=by, at=at)


def schedule(item: MenuItem, *, price: Decimal, valid_from: datetime, by: Actor, at: datetime) -> ScheduledPrice:
    """
    Schedule a price like `schedule_price`, within the transaction of a caller who has locked the item.

    :raises PriceRefused:
    """
    refuse_unless_schedulable(item, price=price, valid_from=valid_from, at=at)
    scheduled = ScheduledPrice.objects.create(
        item_kind=_kind_of(type(item)),
        item_ref=item.ref,
        price=price,
        valid_from=valid_from,
        created_by=str(by),
        created_at=at,
    )
    record(item, PriceScheduled(price=price, valid_from=valid_from), by=by, at=at)
    return scheduled


def refuse_unless_schedulable(item: MenuItem, *, price: Decimal, valid_from: datetime, at: datetime) -> None:
    """
    Refuse to schedule a price of a locked item, if that makes no sense.

    :raises ItemNotOnTheMenu, PriceRefused:
    """
    if item.is_archived:
        raise ItemNotOnTheMenu(_("That is not on the menu any more."))
    refuse_unless_price_moment(valid_from, at=at)
    try:
        refuse_unlikely_price(price)
    except ValidationError as unlikely:
        raise PriceRefused(unlikely.messages[0], field="price") from unlikely
    try:
        ScheduledPrice._meta.get_field("price").clean(price, None)
    except ValidationError as invalid:
        message = _("An amount such as %(amount)s, please.") % {"amount": from_minor_units(250)}
        raise PriceRefused(message, field="price") from invalid
    schedule = price_schedule(item)
    same_moment = next((dated for dated in schedule.dated if dated.valid_from == valid_from), None)
    if same_moment:
        message = _("From that moment on it costs %(price)s already. Withdraw that price first.")
        raise PriceRefused(message % {"price": format_amount(same_moment.price)}, field="valid_from")
    if schedule.at(valid_from) == price:
        raise PriceRefused(_("It costs %(price)s then anyway.") % {"price": format_amount(price)}, field="price")


def refuse_unless_price_moment(valid_from: datetime, *, at: datetime) -> None:
    """
    Refuse a moment from which no price can be scheduled.

    :raises PriceRefused: it has passed, or is more than a year ahead
    """
    if valid_from <= at:
        message = _("That moment has passed. Leave it empty to change prices at once.")
        raise PriceRefused(message, field="valid_from")
    if is_too_far(valid_from, at=at):
        raise PriceRefused(_("That is more than a year ahead. Is the year right?"), field="valid_from")


@command
def withdraw_scheduled_price(*, item: MenuItem, valid_from: datetime, by: Actor, at: datetime) -> MenuItem:
    """
    Withdraw a scheduled price before it is in force.

    :raises NotAllowed: the actor may not change items of this kind
    :raises ScheduledPriceNotFound: there is none from this moment on, or it is in force already
    """
    refuse_unless_may("change", item, by)
    item = lock_item(item)
    scheduled = _scheduled(item).filter(valid_from=valid_from, valid_from__gt=at).first()
    if scheduled is None:
        raise ScheduledPriceNotFound(_("That price is in force by now, or was withdrawn already."))
    scheduled.delete()
    record(item, ScheduledPriceWithdrawn(price=scheduled.price, valid_from=valid_from), by=by, at=at)
    return item


def items_with_due_prices(*, at: datetime) -> Iterable[MenuItem]:
    """Return the items with scheduled prices whose moment passed some time ago."""
    due = ScheduledPrice.objects.filter(valid_from__lte=at - FOLD_AFTER)
    for model in PRICED_MODELS:
        refs = due.filter(item_kind=_kind_of(model)).values("item_ref")
        yield from model._default_manager.filter(ref__in=refs).order_by("pk")


@command
def fold_prices(*, item: MenuItem, at: datetime) -> MenuItem:
    """Write the scheduled prices of an item whose moment passed some time ago into its row."""
    item = lock_item(item)
    _fold(item, _scheduled(item).filter(valid_from__lte=at - FOLD_AFTER), at=at)
    return item


def fold_due_prices(item: MenuItem, *, at: datetime) -> None:
    """
    Write the scheduled prices of a locked item that are valid by now into its row, and record them.

    Every change of the price at once calls this first: else an older scheduled price would replace the new one.
    """
    _fold(item, _scheduled(item).filter(valid_from__lte=at), at=at)


def _fold(item: MenuItem, due: Iterable[ScheduledPrice], *, at: datetime) -> None:
    for scheduled in due:
        scheduled.delete()
        before = price_of(item)
        set_price(item, scheduled.price)
        if before != scheduled.price:
            record(item, ItemPriceChanged(before=before, after=scheduled.price), by=SYSTEM, at=at)


def _kind_of(model: type[MenuItem]) -> ItemKind:
    return ItemKind(str(model._meta.model_name))


def _scheduled(item: MenuItem) -> QuerySet[ScheduledPrice]:
    return ScheduledPrice.objects.filter(item_ref=item.ref).order_by("valid_from")
