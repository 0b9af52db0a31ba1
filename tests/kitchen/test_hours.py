"""Opening hours: spans of the week by the wall clock, across midnight and in the nights when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.hours import ClosedDays, OpeningHours, Span

ROME = ZoneInfo("Europe/Rome")
MONDAY, FRIDAY, SATURDAY = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 21)


def span(opens, closes):
    return Span(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def every_day(*spans, closed=()):
    return OpeningHours(week=(spans,) * 7, closed=closed)


def on(day, wall):
    """Return a moment by the wall clock in Rome."""
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=ROME).astimezone(UTC)


def test_a_shop_without_hours_is_open_around_the_clock_and_never_closes():
    hours = OpeningHours.parse(None)

    assert hours.is_open(on(FRIDAY, "04:30"))
    assert hours.opens_at(on(FRIDAY, "04:30")) == on(FRIDAY, "04:30")
    assert hours.closes_at(on(FRIDAY, "04:30")) is None


def test_a_shop_is_open_from_the_first_moment_of_a_span_until_before_its_last():
    hours = every_day(span("11:30", "14:30"), span("18:00", "22:30"))

    opened = [hours.is_open(on(FRIDAY, wall)) for wall in ("11:29", "11:30", "14:29", "14:30", "18:00", "22:30")]

    assert opened == [False, True, True, False, True, False]


def test_between_two_spans_it_opens_next_at_the_second_and_closes_at_its_end():
    hours = every_day(span("11:30", "14:30"), span("18:00", "22:30"))

    assert hours.opens_at(on(FRIDAY, "15:00")) == on(FRIDAY, "18:00")
    assert hours.closes_at(on(FRIDAY, "19:00")) == on(FRIDAY, "22:30")
    assert hours.closes_at(on(FRIDAY, "15:00")) is None


def test_a_span_across_midnight_belongs_to_the_day_on_which_it_opens():
    only_friday = OpeningHours(week=((), (), (), (), (span("18:00", "02:00"),), (), ()))

    assert only_friday.is_open(on(SATURDAY, "01:59"))
    assert not only_friday.is_open(on(SATURDAY, "02:00"))
    assert not only_friday.is_open(on(SATURDAY, "18:30"))
    assert only_friday.opens_at(on(SATURDAY, "02:00")) == on(FRIDAY + timedelta(days=7), "18:00")


def test_spans_that_follow_each_other_without_a_gap_close_at_the_end_of_the_last():
    hours = every_day(span("18:00", "00:00"), span("00:00", "02:00"))

    assert hours.closes_at(on(FRIDAY, "23:00")) == on(SATURDAY, "02:00")


def test_on_closed_days_no_span_opens_and_that_of_the_evening_before_still_ends():
    hours = every_day(span("18:00", "02:00"), closed=(ClosedDays(first=SATURDAY, last=SATURDAY),))

    assert hours.is_open(on(SATURDAY, "01:00"))
    assert not hours.is_open(on(SATURDAY, "19:00"))
    assert hours.opens_at(on(SATURDAY, "03:00")) == on(SATURDAY + timedelta(days=1), "18:00")


def test_a_shop_whose_days_are_all_closed_opens_at_no_time():
    assert every_day().opens_at(on(FRIDAY, "12:00")) is None


def test_in_the_night_in_which_the_clocks_go_back_an_hour_a_span_lasts_an_hour_longer():
    night = date(2026, 10, 24)
    [(begin, end)] = every_day(span("18:00", "04:00")).intervals_of(night)

    assert end - begin == timedelta(hours=11)


def test_in_the_night_in_which_the_clocks_go_forward_an_hour_a_span_lasts_an_hour_less():
    night = date(2026, 3, 28)
    [(begin, end)] = every_day(span("18:00", "04:00")).intervals_of(night)

    assert end - begin == timedelta(hours=9)


def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two():
    [(_begin, end)] = every_day(span("18:00", "02:30")).intervals_of(date(2026, 10, 24))

    assert end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_that_the_clock_skips_is_an_hour_later():
    [(begin, end)] = every_day(span("02:30", "05:00")).intervals_of(date(2026, 3, 29))

    assert (begin, end) == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 3, 0, tzinfo=UTC))


def test_a_span_of_less_than_the_skipped_hour_does_not_open_in_that_night():
    assert every_day(span("02:30", "03:15")).intervals_of(date(2026, 3, 29)) == []


@pytest.mark.parametrize(
    ("of_monday", "of_tuesday"),
    [
        ((span("11:00", "15:00"), span("14:59", "18:00")), ()),
        ((span("18:00", "02:00"),), (span("01:00", "05:00"),)),
        ((span("00:00", "00:00"),), (span("00:00", "00:00"), span("10:00", "11:00"))),
        ((span("11:00", "15:00"), span("11:00", "15:00")), ()),
    ],
)
def test_spans_that_overlap_are_found(of_monday, of_tuesday):
    assert OpeningHours(week=(of_monday, of_tuesday, (), (), (), (), ())).overlapping_weekday() is not None


def test_a_span_of_sunday_night_that_lasts_into_monday_overlaps_it():
    hours = OpeningHours(week=((span("01:00", "03:00"),), (), (), (), (), (), (span("20:00", "01:30"),)))

    assert hours.overlapping_weekday() == 6


def test_spans_that_only_meet_do_not_overlap():
    assert every_day(span("00:00", "12:00"), span("12:00", "00:00")).overlapping_weekday() is None


WALL_TIMES = st.times(timezones=st.none()).map(lambda wall: wall.replace(second=0, microsecond=0, fold=0))
SPANS = st.builds(Span, opens=WALL_TIMES, closes=WALL_TIMES)
HOURS = st.builds(
    OpeningHours,
    week=st.lists(st.lists(SPANS, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple),
    closed=st.lists(
        st.dates(date(2026, 3, 20), date(2026, 4, 5)).map(lambda day: ClosedDays(first=day, last=day)), max_size=2
    ).map(tuple),
)
MOMENTS = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 5)).map(lambda moment: moment.replace(tzinfo=UTC)) | (
    st.datetimes(datetime(2026, 10, 20), datetime(2026, 10, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
)


@given(hours=HOURS, at=MOMENTS)
def test_the_next_opening_is_open_and_nothing_between_is(hours, at):
    opens_at = hours.opens_at(at)

    if opens_at is None:
        assert not hours.is_open(at)
        return
    assert hours.is_open(opens_at)
    assert (opens_at == at) == hours.is_open(at)
    if opens_at > at:
        assert not hours.is_open(opens_at - timedelta(microseconds=1))
        assert not hours.is_open(at + (opens_at - at) / 2)


@given(hours=HOURS, at=MOMENTS)
def test_until_it_closes_a_shop_is_open_and_at_that_moment_it_is_not(hours, at):
    closes_at = hours.closes_at(at)

    if closes_at is not None:
        assert hours.is_open(at)
        assert hours.is_open(closes_at - timedelta(microseconds=1))
        assert not hours.is_open(closes_at)


@given(hours=HOURS)
def test_stored_hours_are_read_as_they_were_written(hours):
    assert OpeningHours.parse(hours.model_dump(mode="json")) == hours
