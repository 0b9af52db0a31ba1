"""The geometry of charts: everything lies within the drawing, and no label touches another."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.reports.charts import CHARACTER, Point, bar_chart, column_chart, heat_map
from tests.length import by_length

pytestmark = pytest.mark.long

amounts = st.one_of(st.just(Decimal(0)), st.decimals(-99_999, 999_999, places=2))
points = st.lists(
    st.builds(Point, name=st.just("Sun 29 Nov 2026"), value=amounts, tick=st.sampled_from(["29 Nov", "", "Nov 2026"])),
    min_size=1,
    max_size=400,
)


def extent(label):
    """Return where a label begins and ends."""
    x, width = float(label.x), len(label.text) * CHARACTER
    begin = {"start": x, "middle": x - width / 2, "end": x - width}[label.anchor]
    return begin, begin + width


def assert_within(drawing):
    for box in drawing.boxes:
        assert 0 <= float(box.x) <= float(box.x) + float(box.width) <= drawing.width + 1, box
        assert 0 <= float(box.y) <= float(box.y) + float(box.height) <= drawing.height + 1, box
    for label in drawing.labels:
        begin, end = extent(label)
        assert -1 <= begin <= end <= drawing.width + 1, label


@settings(max_examples=by_length(40, 1000))
@given(points=points)
def test_columns_and_lines_of_any_values_lie_within_the_drawing_and_their_ticks_do_not_touch(points):
    chart = column_chart(points, title="Sales", axis="Day", value_axis="Sales (EUR)", write=str)

    for drawing in chart.drawings:
        assert_within(drawing)
        ticks = [extent(label) for label in drawing.labels if label.text in ("29 Nov", "Nov 2026")]
        assert all(left[1] < right[0] for left, right in pairwise(ticks))


@settings(max_examples=by_length(20, 500))
@given(values=st.lists(st.integers(0, 10**6), min_size=1, max_size=40), name=st.text(max_size=80))
def test_bars_of_any_names_lie_within_the_drawing(values, name):
    chart = bar_chart([Point(name, value) for value in values], title="Pizzas", value_axis="Sold", write=str)

    assert (chart is None) == (max(values[:12]) == 0)
    for drawing in chart.drawings if chart else []:
        assert_within(drawing)


def test_a_year_by_day_is_one_line_with_a_tick_for_some_months_on_a_phone():
    days = [Point(f"day {day}", day % 50, "Nov 2026" if day % 30 == 1 else "") for day in range(365)]

    chart = column_chart(days, title="Orders", axis="Day", value_axis="Orders", write=str)

    wide, narrow = chart.drawings
    for drawing, ticks in ((wide, 13), (narrow, 5)):
        assert [curve.css for curve in drawing.curves] == ["chart-area", "chart-line"]
        assert sum(label.text == "Nov 2026" for label in drawing.labels) == ticks
        assert sum("49" in label.text for label in drawing.labels) == 1  # the highest day


def test_each_cell_of_a_heat_map_has_its_count():
    chart = heat_map({(4, 20): 9, (5, 19): 1}, hours=[19, 20], title="Peaks", legend="Orders", write=str)

    for drawing in chart.drawings:
        assert_within(drawing)
        assert [box.css for box in drawing.boxes].count("heat-0") == 12
        assert {"9", "1"} <= {label.text for label in drawing.labels}
    assert "Friday from 20:00 to 21:00: 9" in chart.description
