from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from pizzeria.foundation import clock

MICROSECOND = timedelta(microseconds=1)
FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)

# Europe/Rome: the night in which an hour is repeated, and the night in which it is skipped.
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)
SPRING = datetime(2026, 3, 29, tzinfo=UTC)


def on_the_wall(day, hour, minute=0, *, fold=0):
    """Return the moment at which the shop's wall clock shows a time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.shop_zone(), fold=fold).astimezone(UTC)


def test_the_hours_before_four_on_saturday_belong_to_fridays_business_day():
    assert clock.business_date(on_the_wall(SATURDAY, 3, 59)) == FRIDAY


def test_a_business_day_begins_at_four_in_the_morning():
    assert clock.business_date(on_the_wall(SATURDAY, 4)) == SATURDAY


def test_a_business_day_follows_the_shops_time_zone_and_not_utc():
    half_past_four_in_rome = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)

    assert clock.business_date(half_past_four_in_rome) == SATURDAY


def test_a_business_day_begins_at_the_hour_in_the_settings(settings):
    settings.SHOP_DAY_ENDS = time(1)

    assert clock.business_date(on_the_wall(SATURDAY, 0, 59)) == FRIDAY
    assert clock.business_date(on_the_wall(SATURDAY, 1)) == SATURDAY


@pytest.mark.parametrize("night", [AUTUMN, SPRING], ids=["autumn", "spring"])
def test_a_business_day_begins_at_four_also_in_the_nights_when_the_clocks_change(night):
    day, day_before = night.date(), night.date() - timedelta(days=1)

    assert clock.business_date(on_the_wall(day, 3, 59)) == day_before
    assert clock.business_date(on_the_wall(day, 4)) == day


def test_an_hour_that_is_repeated_at_night_belongs_to_the_day_before_both_times():
    saturday = AUTUMN.date() - timedelta(days=1)

    assert clock.business_date(on_the_wall(AUTUMN, 2, 30, fold=0)) == saturday
    assert clock.business_date(on_the_wall(AUTUMN, 2, 30, fold=1)) == saturday


@pytest.mark.parametrize(
    ("day", "hours"),
    [(AUTUMN.date() - timedelta(days=1), 25), (SPRING.date() - timedelta(days=1), 23), (FRIDAY, 24)],
    ids=["autumn", "spring", "any"],
)
def test_only_the_business_day_before_a_clock_change_is_an_hour_longer_or_shorter(day, hours):
    begins = on_the_wall(day, 4)

    assert clock.end_of_business_day(begins) - begins == timedelta(hours=hours)


def test_a_business_day_ends_at_four_the_next_morning():
    assert clock.end_of_business_day(on_the_wall(FRIDAY, 20)) == on_the_wall(SATURDAY, 4)
    assert clock.end_of_business_day(on_the_wall(SATURDAY, 4)) == on_the_wall(SUNDAY, 4)


@pytest.mark.parametrize("night", [AUTUMN, SPRING], ids=["autumn", "spring"])
@given(
    minutes=st.integers(-24 * 60, 24 * 60),
    ends=st.sampled_from([time(0), time(1, 30), time(2), time(2, 30), time(3), time(4)]),
)
def test_a_business_day_ends_at_the_first_moment_of_the_next_one(night, minutes, ends):
    at = night + timedelta(minutes=minutes)

    with override_settings(SHOP_DAY_ENDS=ends):
        end = clock.end_of_business_day(at)

        assert end > at
        assert clock.business_date(end) == clock.business_date(at) + timedelta(days=1)
        assert clock.business_date(end - MICROSECOND) == clock.business_date(at)


@pytest.mark.parametrize("night", [AUTUMN, SPRING], ids=["autumn", "spring"])
@pytest.mark.parametrize("ends", [time(2), time(2, 30), time(4)], ids=str)
def test_the_business_date_never_goes_back_while_time_passes(settings, night, ends):
    settings.SHOP_DAY_ENDS = ends

    days = [clock.business_date(night + timedelta(minutes=minute)) for minute in range(-120, 360)]

    assert days == sorted(days)


def test_the_current_time_has_a_time_zone():
    assert clock.now().utcoffset() is not None


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (on_the_wall(FRIDAY, 20, 5), "20:05"),
        (on_the_wall(SATURDAY, 0, 30), "00:30"),  # still Friday night
        (on_the_wall(SATURDAY, 10, 37), "Sat 21 Nov, 10:37"),
        (on_the_wall(FRIDAY, 3, 0), "Fri 20 Nov, 03:00"),
        (on_the_wall(date(2027, 1, 2), 12), "Sat 2 Jan 2027, 12:00"),
    ],
)
def test_a_time_on_another_business_day_has_its_date(moment, text):
    assert clock.day_and_time(moment, at=on_the_wall(FRIDAY, 20)) == text


def test_only_a_day_other_than_today_has_a_name():
    assert clock.other_day(FRIDAY, at=on_the_wall(SATURDAY, 1)) == ""
    assert clock.other_day(FRIDAY, at=on_the_wall(SATURDAY, 5)) == "Fri 20 Nov"


def test_what_lasts_until_the_day_ends_is_for_today():
    evening = on_the_wall(FRIDAY, 20)

    assert clock.until(clock.end_of_business_day(evening), at=evening) == "for today"
    assert clock.until(on_the_wall(FRIDAY, 21, 30), at=evening) == "until 21:30"
    assert clock.until(on_the_wall(SATURDAY, 12), at=evening) == "until Sat 21 Nov, 12:00"


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 6, 1), 24), (date(2026, 10, 24), 25)],
    ids=["the clocks go forward", "a usual day", "the clocks go back"],
)
def test_a_business_day_is_as_long_as_the_clocks_make_it(day, hours):
    begins, ends = clock.day_bounds(day)

    assert ends - begins == timedelta(hours=hours)
    assert (clock.business_date(begins), clock.business_date(ends - timedelta(seconds=1))) == (day, day)
    assert clock.business_date(ends) == day + timedelta(days=1)
