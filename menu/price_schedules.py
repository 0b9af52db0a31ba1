"""
Price schedules: which price of an item is in force at a moment.

An item's own row has its price until the first of its scheduled prices is valid. Whether a price that is valid by now
has been written into the row already makes no difference: both are read by one statement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from menu.models import ScheduledPrice


@dataclass(frozen=True, slots=True)
class DatedPrice:
    valid_from: datetime
    price: Decimal


@dataclass(frozen=True, slots=True)
class PriceSchedule:
    """
    The prices of one item.

    :param current: that of its row
    :param dated: those that follow, by their moments
    """

    current: Decimal
    dated: tuple[DatedPrice, ...] = ()

    def at(self, moment: datetime) -> Decimal:
        """Return the price that is in force at a moment."""
        in_force = [dated.price for dated in self.dated if dated.valid_from <= moment]
        return in_force[-1] if in_force else self.current

    def upcoming(self, moment: datetime) -> tuple[DatedPrice, ...]:
        """Return the prices that are valid after a moment."""
        return tuple(dated for dated in self.dated if dated.valid_from > moment)


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which nothing changes: from `begin`, before `end`."""

    begin: datetime
    end: datetime

    def includes(self, moment: datetime) -> bool:
        return self.begin <= moment < self.end


def scheduled_prices(ref: str = "ref") -> ArraySubquery:
    """
    Return the expression of an item's scheduled prices, for `schedule_of`.

    As a part of the statement that reads the item: a second one could miss a price that is written into the item's row
    between them.

    :param ref: the column with the item's ref
    """
    rows = ScheduledPrice.objects.filter(item_ref=OuterRef(ref)).order_by("valid_from")
    return ArraySubquery(rows.values(json=JSONObject(price=Cast("price", TextField()), valid_from="valid_from")))


def schedule_of(price: Decimal, scheduled: Iterable[Mapping[str, Any]]) -> PriceSchedule:
    """Return the schedule of an item from the price of its row and the value of `scheduled_prices`."""
    return PriceSchedule(
        price,
        tuple(DatedPrice(datetime.fromisoformat(each["valid_from"]), Decimal(each["price"])) for each in scheduled),
    )


def schedule_from(price: Decimal, rows: Iterable[ScheduledPrice]) -> PriceSchedule:
    """Return the schedule of an item from the price of its row and its scheduled prices, by their moments."""
    return PriceSchedule(price, tuple(DatedPrice(row.valid_from, row.price) for row in rows))
