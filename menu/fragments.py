"""
Rendered parts of the menu's pages, which each process keeps for as long as they are what it would render anew.

That is: as long as the menu has the version that they were made from, and until the next moment at which anything in
them changes by itself, such as a price.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from menu.catalogue import VersionedMenu
from menu.price_schedules import Period
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot, ToppingSnapshot
from pizzeria.foundation import clock, fragments


@dataclass(frozen=True, slots=True)
class _KeptOfMenu:
    """
    What was made from a version of the menu.

    :param valid: the period in which it is what would be made anew
    :param of: what it was made from beside the menu
    """

    version: UUID
    valid: Period
    of: Hashable
    value: object


def kept[T](name: str, make: Callable[[], T], *, menu: VersionedMenu, at: datetime, of: Hashable = None) -> T:
    """
    Return what was made from the menu, made anew if the menu, the language or anything dated is another by now.

    :param make: makes it from `menu` for the moment `at`; nothing of the request may be in it
    :param of: what it is made from beside the menu
    """
    version = menu.version
    if version is None:
        return make()
    found = fragments.kept(
        name,
        lambda: _KeptOfMenu(version, period_without_change(menu.snapshot, at=at), of, make()),
        is_current=lambda kept: kept.version == version and kept.valid.includes(at) and kept.of == of,
    )
    return cast("T", found.value)


def period_without_change(snapshot: MenuSnapshot, *, at: datetime) -> Period:
    """
    Return the period around a moment in which everything that is made from a snapshot stays the same.

    It is within one business day: the date of another day is written beside the time.
    """
    begins, ends = clock.day_bounds(clock.business_date(at))
    moments = {moment for moment in _moments_of(snapshot) if begins < moment < ends}
    return Period(
        begin=max((moment for moment in moments if moment <= at), default=begins),
        end=min((moment for moment in moments if moment > at), default=ends),
    )


def _moments_of(snapshot: MenuSnapshot) -> set[datetime]:
    """Return the moments at which an item of a snapshot gets another price, or is no longer sold out."""
    recipes = [topping for pizza in snapshot.pizzas.values() for topping in pizza.recipe]
    items: list[PizzaSnapshot | SimpleItemSnapshot | ToppingSnapshot] = [
        *snapshot.pizzas.values(),
        *snapshot.simple_items.values(),
        *snapshot.toppings.values(),
        *recipes,
    ]
    schedules = [item.base_price if isinstance(item, PizzaSnapshot) else item.price for item in items]
    priced = {dated.valid_from for schedule in schedules for dated in schedule.dated}
    return priced | {item.sold_out_until for item in items if item.sold_out_until is not None}
