from decimal import Decimal

from orders.reports.figures import Durations, percent


def test_a_part_in_percent_is_rounded_half_up_as_a_till_does():
    assert percent(1, 16) == Decimal("6.3")
    assert percent(0, 0) is None


def test_median_and_90th_percentile_are_durations_that_occurred():
    assert Durations.of({5: 1, 8: 2, 30: 1}) == Durations(count=4, average=Decimal("12.8"), median=8, p90=30)
    assert Durations.of({}) == Durations()
