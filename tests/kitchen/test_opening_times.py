"""Opening hours as managers type them and as guests read them."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.hours import ClosedDays, OpeningHours, Span
from kitchen.opening_times import MAX_SPANS_OF_A_DAY, SpansUnreadable, next_days, opening_times, parse_spans, spans_text
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, span


@pytest.mark.parametrize(
    "typed",
    [
        "11:30-14:30, 18:00-02:00",
        "11:30–14:30, 18:00–02:00",
        " 18.00 — 2.00 ; 11.30 − 14.30. ",
        "11:30-14:30 18-2",
        "1130-1430\t1800-0200",
        "11h30 - 14h30 / 18h - 2h",
        "11:30 to 14:30 and 18 until 2",
        "11.30 AM - 2.30 PM, 6pm-2am",
    ],
)
def test_hours_are_read_however_they_are_typed(typed):
    assert parse_spans(typed) == (span("11:30-14:30"), span("18:00-02:00"))


@pytest.mark.parametrize("typed", ["", "  ", "-", "–", "closed", "Closed."])
def test_a_blank_day_is_closed(typed):
    assert parse_spans(typed) == ()


@pytest.mark.parametrize("typed", ["0:00-24:00", "00-24", "24h", "all day", "24 hours"])
def test_a_whole_day_can_be_typed_and_is_shown_as_such(typed):
    assert spans_text(parse_spans(typed)) == "00:00–24:00"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("half past six", "Please write it like 11:30-14:30, 18:00-22:30."),
        ("18:00", "Please write it like 11:30-14:30, 18:00-22:30."),
        ("11-14-18", "Please write it like 11:30-14:30, 18:00-22:30."),
        ("11-14,, 18-22", "Please write it like 11:30-14:30, 18:00-22:30."),
        ("Mon 11-14", "Please write it like 11:30-14:30, 18:00-22:30."),
        ("11-25", "There is no time 25."),
        ("24:30-3", "There is no time 24:30."),
        ("18:60-22:00", "There is no time 18:60."),
        ("13 pm - 10 pm", "There is no time 13 pm."),
        ("6-10pm", "Please write am or pm with both times, or with none: 18:00-22:30."),
        ("18-18:00", "18-18:00 opens and closes at the same time. The whole day is 0:00-24:00."),
        ("0-1, 2-3, 4-5, 6-7, 8-9, 10-11, 12-13", f"{MAX_SPANS_OF_A_DAY} spans in a day at most, please."),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(typed, message):
    with pytest.raises(SpansUnreadable) as unreadable:
        parse_spans(typed)

    assert str(unreadable.value).endswith(message)


WALL_TIMES = st.times(timezones=st.none()).map(lambda wall: wall.replace(second=0, microsecond=0, fold=0))
SPANS = st.builds(Span, opens=WALL_TIMES, closes=WALL_TIMES).filter(
    lambda each: each.opens != each.closes or each.opens == time(0)
)


@given(st.lists(SPANS, max_size=MAX_SPANS_OF_A_DAY))
def test_hours_are_read_again_as_they_are_shown(spans):
    assert parse_spans(spans_text(spans)) == tuple(sorted(spans, key=lambda each: each.opens))


@given(st.text(alphabet="0123456789:.h-–, apmtocled\u2212", max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    spans = read_or_refused(text)

    assert spans is None or parse_spans(spans_text(spans)) == spans


def read_or_refused(text):
    """Return the spans of a text; None: it is refused with a sentence."""
    try:
        return parse_spans(text)
    except SpansUnreadable as unreadable:
        return None if str(unreadable).endswith(".") else unreadable


def test_days_in_a_row_with_the_same_hours_are_one_row_for_guests():
    usual, long = tuple(map(span, LUNCH_AND_DINNER)), (span("18:00-02:00"),)
    hours = OpeningHours(week=((), usual, usual, usual, long, long, usual))

    shown = opening_times(hours, at=on("2026-11-20", "20:00"))

    rows = [(row.days, spans_text(row.spans), row.is_today) for row in shown.rows]
    assert rows == [
        ("Mon", "", False),
        ("Tue–Thu", "11:30–14:30, 18:00–22:30", False),
        ("Fri–Sat", "18:00–02:00", True),
        ("Sun", "11:30–14:30, 18:00–22:30", False),
    ]


def test_after_midnight_the_day_of_the_evening_before_is_still_today():
    hours = OpeningHours(week=((), (), (), (), (span("18:00-02:00"),), (), ()))

    rows = opening_times(hours, at=on("2026-11-21", "01:00")).rows

    assert [row.days for row in rows if row.is_today] == ["Fri"]


def test_guests_read_the_closed_days_of_the_next_weeks_and_none_that_have_passed():
    spring, today, christmas = (
        ClosedDays(first=date.fromisoformat(first), last=date.fromisoformat(last))
        for first, last in (("2027-04-01", "2027-04-02"), ("2026-11-18", "2026-11-20"), ("2026-12-24", "2026-12-26"))
    )
    passed = ClosedDays(first=date(2026, 11, 1), last=date(2026, 11, 19))

    shown = opening_times(every_day(closed=(spring, christmas, today, passed)), at=on("2026-11-20", "20:00"))

    assert shown.closed == [today, christmas]


def test_a_shop_that_is_open_around_the_clock_has_no_rows():
    assert opening_times(OpeningHours(), at=on("2026-11-20", "20:00")).rows == []


def test_the_next_days_have_the_hours_of_their_date_also_when_the_clocks_change():
    hours = every_day("18:00-02:30", closed=(ClosedDays(first=date(2026, 10, 26), last=date(2026, 10, 26)),))

    friday, saturday, sunday, monday = next_days(hours, at=on("2026-10-23", "00:30"), count=4)

    assert [day.day for day in (friday, monday)] == [date(2026, 10, 23), date(2026, 10, 26)]
    assert saturday.intervals == [(on("2026-10-24", "18:00"), on("2026-10-25", "02:30"))]
    assert not sunday.is_closed_day
    assert (monday.is_closed_day, monday.intervals) == (True, [])
