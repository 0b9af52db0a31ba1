"""Opening hours as people write and read them: the spans that managers type, and the week that guests read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from kitchen.hours import DAYS_OF_THE_WEEK, MINUTES_OF_A_DAY, ClosedDays, Interval, OpeningHours, Span
from pizzeria.foundation import clock

MAX_SPANS_OF_A_DAY = 6
ANNOUNCED_AHEAD = timedelta(days=60)  # closed days that begin later are not shown to guests yet

NOON = 12 * 60
WHOLE_DAY = Span(opens=time(0), closes=time(0))

_TIME = r"(\d{1,2})(?:[:.h]?(\d{2})|h)?(?:\s*([ap]m))?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|to|till|until)\s*{_TIME}")
_SEPARATOR = re.compile(r"\s*[,;/&+]?\s*(?:and\s+)?")
_DASHES = re.compile(r"[\u2010-\u2015\u2212~]")
_CLOSED = frozenset(("", "-", "closed"))
_ALL_DAY = frozenset(("all day", "24h", "24 h", "24 hours"))


class SpansUnreadable(ValueError):
    """A text that does not say when the shop is open on a day. The message is for the person who has typed it."""


@dataclass(frozen=True, slots=True)
class HoursRow:
    """
    Weekdays in a row with the same hours.

    :ivar days: "Mon-Thu" with a dash, or "Sun"
    :ivar spans: none: closed on these days
    """

    days: str
    spans: Sequence[Span]
    is_today: bool


@dataclass(frozen=True, slots=True)
class OpeningTimes:
    """
    When the shop is open, for guests.

    :ivar rows: the days of the week; none: open around the clock
    :ivar closed: the closed days of the next weeks
    """

    rows: Sequence[HoursRow]
    closed: Sequence[ClosedDays]


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """
    A date, and when the shop is open on it.

    :ivar intervals: those that begin on it
    :ivar is_closed_day: it is one of the closed days, whatever the hours of its weekday are
    """

    day: date
    intervals: Sequence[Interval]
    is_closed_day: bool


def parse_spans(text: str) -> tuple[Span, ...]:
    """
    Return the spans that somebody has typed for a day: "11:30-14:30, 18-2" or "5.30 pm to 10 pm"; none if blank.

    :raises SpansUnreadable: it cannot be read
    """
    typed = _DASHES.sub("-", text).casefold().strip(" \t,;.")
    if typed in _CLOSED:
        return ()
    if typed in _ALL_DAY:
        return (WHOLE_DAY,)
    spans = sorted(_spans_in(typed), key=lambda span: span.opens)
    if len(spans) > MAX_SPANS_OF_A_DAY:
        raise SpansUnreadable(_("%(count)d spans in a day at most, please.") % {"count": MAX_SPANS_OF_A_DAY})
    return tuple(spans)


def spans_text(spans: Sequence[Span]) -> str:
    """Return spans as they are shown and can be typed: with dashes; blank: none."""
    return ", ".join(
        "00:00–24:00" if span.is_whole_day else f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans
    )


def opening_times(hours: OpeningHours, *, at: datetime) -> OpeningTimes:
    """Return when the shop is open, for guests who look at a moment."""
    today = clock.business_date(at)
    closed = [days for days in hours.closed if days.last >= today and days.first <= today + ANNOUNCED_AHEAD]
    return OpeningTimes(rows=_rows(hours.week, today), closed=sorted(closed, key=lambda days: days.first))


def next_days(hours: OpeningHours, *, at: datetime, count: int = DAYS_OF_THE_WEEK) -> list[OpeningDay]:
    """Return today, by the shop's wall clock, and the days that follow."""
    today = at.astimezone(clock.shop_zone()).date()
    days = [today + timedelta(days=number) for number in range(count)]
    return [OpeningDay(day, hours.intervals_of(day), hours.is_closed_day(day)) for day in days]


def weekday_name(weekday: int) -> str:
    """Return the name of a weekday: "Monday" for 0."""
    return str(WEEKDAYS[weekday])


def _spans_in(typed: str) -> Iterator[Span]:
    end = 0
    for match in _SPAN.finditer(typed):
        between = _SEPARATOR.fullmatch(typed, end, match.start())
        if between is None or (end and not between.group()):
            break
        yield _span(match)
        end = match.end()
    if end < len(typed):
        raise SpansUnreadable(_("We cannot read that. Please write it like 11:30-14:30, 18:00-22:30."))


def _span(match: re.Match[str]) -> Span:
    opens_half, closes_half = match.group(3, 6)
    if bool(opens_half) != bool(closes_half):
        raise SpansUnreadable(_("Please write am or pm with both times, or with none: 18:00-22:30."))
    opening, closing = _minutes(*match.group(1, 2, 3)), _minutes(*match.group(4, 5, 6))
    span = Span(opens=_wall(opening), closes=_wall(closing))
    if span.opens == span.closes and (opening, closing) != (0, MINUTES_OF_A_DAY):
        message = _("%(span)s opens and closes at the same time. The whole day is 0:00-24:00.")
        raise SpansUnreadable(message % {"span": match.group()})
    return span


def _minutes(hour_text: str, minute_text: str | None, half: str | None) -> int:
    """Return how many minutes after midnight a typed time is, of 24:00 those of the whole day."""
    text = f"{hour_text}{':' if minute_text else ''}{minute_text or ''} {half or ''}".strip()
    minutes = int(hour_text) * 60 + int(minute_text or 0)
    is_possible = NOON // 12 <= minutes < NOON + 60 if half else minutes <= MINUTES_OF_A_DAY
    if not is_possible or int(minute_text or 0) not in range(60):
        raise SpansUnreadable(_("There is no time %(time)s.") % {"time": text})
    return minutes % NOON + (NOON if half == "pm" else 0) if half else minutes


def _wall(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _rows(week: Sequence[Sequence[Span]] | None, today: date) -> list[HoursRow]:
    if week is None:
        return []
    rows = []
    for spans, days in groupby(range(DAYS_OF_THE_WEEK), key=lambda day: week[day]):
        weekdays = list(days)
        names = [str(WEEKDAYS_ABBR[day]) for day in weekdays]
        label = names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
        rows.append(HoursRow(label, spans, is_today=today.weekday() in weekdays))
    return rows
