"""The periods that the reports offer, and how a change is told."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from orders.reports.comparison import ComparedFigure, Figure, Wish
from orders.reports.forms import PeriodForm, default_grain
from orders.reports.periods import Grain, Period
from orders.reports.presets import PRESETS, WEEKDAYS, compared_period, preset_period
from orders.reports.tables import CellKind, format_cell

SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2026-11-29", "2026-11-29"),
        ("yesterday", "2026-11-28", "2026-11-28"),
        ("last_7_days", "2026-11-23", "2026-11-29"),
        ("last_28_days", "2026-11-02", "2026-11-29"),
        ("this_week", "2026-11-23", "2026-11-29"),
        ("last_week", "2026-11-16", "2026-11-22"),
        ("this_month", "2026-11-01", "2026-11-29"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_year", "2026-01-01", "2026-11-29"),
        ("last_12_months", "2025-12-01", "2026-11-29"),
        ("last_friday", "2026-11-27", "2026-11-27"),
        ("last_monday", "2026-11-23", "2026-11-23"),
        ("last_sunday", "2026-11-22", "2026-11-22"),
    ],
)
def test_a_preset_is_a_period_of_business_days(preset, first, last):
    period = preset_period(preset, today=SUNDAY)

    assert period == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("last_friday", "2026-11-20", "2026-11-20"),
        ("last_7_days", "2026-11-16", "2026-11-22"),
        ("last_28_days", "2026-10-05", "2026-11-01"),
        ("this_month", "2026-10-01", "2026-10-29"),
        ("last_month", "2026-09-01", "2026-09-30"),
        ("this_year", "2025-01-01", "2025-11-29"),
        ("last_12_months", "2024-12-01", "2025-11-29"),
    ],
)
def test_a_preset_is_compared_with_the_period_before_of_the_same_kind(preset, first, last):
    compared = compared_period(preset_period(preset, today=SUNDAY), preset=preset)

    assert compared == Period(date.fromisoformat(first), date.fromisoformat(last))


def test_a_few_days_are_compared_with_the_same_weekdays_and_more_with_as_many_days_before():
    monday = date(2026, 11, 23)

    assert compared_period(Period(monday, date(2026, 11, 25))) == Period(date(2026, 11, 16), date(2026, 11, 18))
    assert compared_period(Period(monday, date(2026, 12, 2))) == Period(date(2026, 11, 13), date(2026, 11, 22))


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2024, 3, 30), date(2024, 3, 31), date(2026, 1, 1)])
def test_every_preset_is_compared_with_a_period_before_it_on_any_day(today):
    for preset in PRESETS | WEEKDAYS:
        period = preset_period(preset, today=today)
        compared = compared_period(period, preset=preset)
        assert (compared.last < period.first, compared.days <= period.days + 3) == (True, True), preset


@pytest.mark.parametrize("today", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2026, 1, 1)])
def test_every_preset_ends_today_or_before_on_any_day(today):
    for preset in PRESETS | WEEKDAYS:
        assert preset_period(preset, today=today).last <= today, preset


def test_without_a_choice_a_report_is_of_the_last_seven_days():
    form = PeriodForm(QueryDict(), today=SUNDAY)

    assert form.is_valid()
    assert (form["first"].value(), form["last"].value()) == ("2026-11-23", "2026-11-29")


@pytest.mark.parametrize(
    ("days", "grain"), [(1, Grain.HOUR), (7, Grain.DAY), (62, Grain.DAY), (365, Grain.WEEK), (400, Grain.MONTH)]
)
def test_an_interval_that_fits_the_period_is_chosen(days, grain):
    assert default_grain(Period(SUNDAY, date.fromordinal(SUNDAY.toordinal() + days - 1))) is grain


def test_the_hour_that_comes_twice_when_the_clocks_go_back_is_told_apart():
    first, second = (datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in (0, 1))  # 02:00 in Rome, twice

    assert format_cell(first, CellKind.TIME) == "Sun 25 Oct 2026, 02:00"
    assert format_cell(second, CellKind.TIME) == "Sun 25 Oct 2026, 02:00, for the second time"


@pytest.mark.parametrize(
    ("figure", "before", "text", "verdict"),
    [
        (Figure("Orders", 12), 10, "▲ 20% more", "better"),
        (Figure("Orders", 9), 10, "▼ 10% less", "worse"),
        (Figure("Orders", 10), 10, "= the same", ""),
        (Figure("Orders", 10), 0, "nothing to compare with", ""),
        (Figure("Sales", Decimal("-5.00"), CellKind.MONEY), Decimal("-10.00"), "▲ 50% more", "better"),
        (Figure("Late", 3, wish=Wish.LESS), 2, "▲ 50% more", "worse"),
        (Figure("Pickups", 3, wish=Wish.NEITHER), 2, "▲ 50% more", ""),
        (Figure("Kept", Decimal("95.5"), CellKind.PERCENT), Decimal("90.0"), "▲ 5.5 points more", "better"),
        (Figure("Kept", Decimal("95.5"), CellKind.PERCENT), None, "nothing to compare with", ""),
    ],
)
def test_a_change_is_told_in_words_with_an_arrow(figure, before, text, verdict):
    compared = ComparedFigure(figure, before)

    assert (compared.change_text, compared.verdict) == (text, verdict)
