"""
Opening hours: spans of the week in which the shop is open, and days on which it is closed.

The times are those of the shop's wall clock. A span belongs to the weekday on which it opens; one that closes at or
before the time at which it opens lasts until the next day. In the nights when the clocks change, a time that the clock
shows twice is the first of the two, and a time that it skips is as long after midnight as it would be in other nights.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from pizzeria.foundation import clock

DAYS_OF_THE_WEEK = 7
MINUTES_OF_A_DAY = 24 * 60
MAX_DAYS_AHEAD = 400  # in which an opening is searched: the closed days of a whole year, and some more

type Interval = tuple[datetime, datetime]  # from, until: the first moment after it


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Frozen):
    """A span of a day, in wall-clock time; `closes` at or before `opens` is on the next day."""

    opens: time
    closes: time

    @property
    def minutes(self) -> int:
        """Return how long it is, by the wall clock of a usual day."""
        return (_minute_of(self.closes) - _minute_of(self.opens) - 1) % MINUTES_OF_A_DAY + 1

    @property
    def is_whole_day(self) -> bool:
        """Return whether it is from midnight to midnight."""
        return self.opens == self.closes == time(0)


class ClosedDays(_Frozen):
    """Days in a row on which the shop does not open, such as a holiday; `last` is one of them."""

    first: date
    last: date


type Week = tuple[tuple[Span, ...], ...]  # the spans of each weekday, Monday first


class OpeningHours(_Frozen):
    """
    When the shop is open.

    :ivar week: the spans of each weekday, Monday first; None: open around the clock
    """

    week: Week | None = None
    closed: tuple[ClosedDays, ...] = ()

    @classmethod
    def parse(cls, stored: Any) -> Self:
        """Return the hours that a row or an event holds; None: open around the clock."""
        return cls() if stored is None else cls.model_validate(stored)

    def is_open(self, at: datetime) -> bool:
        """Return whether the shop is open at a moment."""
        return any(
            begin <= at < end for begin, end in self._intervals(from_day=_day_of(at) - timedelta(days=1), days=2)
        )

    def closes_at(self, at: datetime) -> datetime | None:
        """
        Return when the shop closes that is open at a moment; spans that follow each other without a gap are one.

        :return: None: it is closed at that moment, or does not close within the next days
        """
        closes_at: datetime | None = None
        for begin, end in self._intervals(from_day=_day_of(at) - timedelta(days=1), days=DAYS_OF_THE_WEEK + 2):
            if begin <= (closes_at or at) < end:
                closes_at = end
            elif begin > (closes_at or at):
                return closes_at
        return None

    def opens_at(self, at: datetime) -> datetime | None:
        """
        Return when the shop is open next: `at` if it is open then.

        :return: None: not within the next year
        """
        for begin, end in self._intervals(from_day=_day_of(at) - timedelta(days=1), days=MAX_DAYS_AHEAD):
            if end > at:
                return max(begin, at)
        return None

    def intervals_of(self, day: date) -> list[Interval]:
        """Return when the shop is open, of the spans that open on a date, in UTC and in sequence."""
        if self.is_closed_day(day):
            return []
        if self.week is None:
            return [(_moment(day, time(0)), _moment(day + timedelta(days=1), time(0)))]
        intervals = [_interval(day, span) for span in self.week[day.weekday()]]
        return sorted((begin, end) for begin, end in intervals if begin < end)

    def is_closed_day(self, day: date) -> bool:
        """Return whether a date is one of the closed days."""
        return any(days.first <= day <= days.last for days in self.closed)

    def overlapping_weekday(self) -> int | None:
        """Return the weekday, 0 for Monday, of a span that lasts into the next one; None: no spans overlap."""
        spans = sorted(
            (day * MINUTES_OF_A_DAY + _minute_of(span.opens), span.minutes)
            for day, of_day in enumerate(self.week or ())
            for span in of_day
        )
        if not spans:
            return None
        first_again = (spans[0][0] + DAYS_OF_THE_WEEK * MINUTES_OF_A_DAY, spans[0][1])
        for (begin, minutes), (next_begin, _minutes) in pairwise([*spans, first_again]):
            if begin + minutes > next_begin:
                return begin // MINUTES_OF_A_DAY
        return None

    def _intervals(self, *, from_day: date, days: int) -> Iterator[Interval]:
        for number in range(days):
            yield from self.intervals_of(from_day + timedelta(days=number))


def _day_of(at: datetime) -> date:
    return at.astimezone(clock.shop_zone()).date()


def _interval(day: date, span: Span) -> Interval:
    closing_day = day if span.closes > span.opens else day + timedelta(days=1)
    return _moment(day, span.opens), _moment(closing_day, span.closes)


def _moment(day: date, wall: time) -> datetime:
    # In UTC: datetimes of the same zone compare by wall-clock time, which is wrong when the clocks change.
    return datetime.combine(day, wall, tzinfo=clock.shop_zone()).astimezone(UTC)


def _minute_of(wall: time) -> int:
    return wall.hour * 60 + wall.minute
