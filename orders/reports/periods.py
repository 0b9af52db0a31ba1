"""Periods of reports: whole business days of the shop."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings

HOURS_OF_A_DAY = 24


class Grain(StrEnum):
    """Length of the intervals of a time series. A week is one of ISO 8601: it begins on a Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """
    A run of business days.

    :ivar first: the first day
    :ivar last: the last day, included
    :raises ValueError: it would end before it begins
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.first} is after {self.last}")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> "Period":
        """Return the period of the same length that ends on the day before this one."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def dates(self) -> Iterator[date]:
        """Yield each day of the period, in order."""
        for offset in range(self.days):
            yield self.first + timedelta(days=offset)


def place_in_day(hour: int) -> int:
    """Return how many hours after the beginning of a business day an hour of the wall clock is."""
    begins: int = settings.SHOP_DAY_ENDS.hour
    return (hour - begins) % HOURS_OF_A_DAY
