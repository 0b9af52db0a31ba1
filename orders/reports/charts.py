"""
Charts of the reports: their geometry, which a template writes as SVG.

Each chart is drawn twice, for wide and for narrow pages, so that its text has the size of the page's text on both. A
drawing has no colours and no styles: its elements have classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

WIDE, NARROW = 960, 350  # in the units of the drawing, which are pixels on a page of this width
CHARACTER = 6.8  # width of one, on average and with some room
LINE = 15  # height of a line of text
GAP = 10  # between two labels
MAX_BARS = 12
MAX_COLUMNS = 62  # more points are drawn as a line
HEAT_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Box:
    x: str
    y: str
    width: str
    height: str
    css: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    x1: str
    y1: str
    x2: str
    y2: str
    css: str


@dataclass(frozen=True, slots=True)
class Curve:
    d: str
    css: str


@dataclass(frozen=True, slots=True)
class Label:
    x: str
    y: str
    text: str
    anchor: str = "middle"
    css: str = "chart-text"


@dataclass(slots=True)
class Drawing:
    """One SVG. Numbers are texts already, as a template would write them in the reader's language."""

    name: str
    width: int
    height: int = 0
    rules: list[Rule] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, *, css: str, tip: str = "") -> None:
        self.boxes.append(Box(_n(x), _n(y), _n(max(width, 0)), _n(max(height, 0)), css, tip))

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, css: str) -> None:
        self.rules.append(Rule(_n(x1), _n(y1), _n(x2), _n(y2), css))

    def label(self, x: float, y: float, text: str, *, anchor: str = "middle", css: str = "chart-text") -> None:
        self.labels.append(Label(_n(x), _n(y), text, anchor, css))


@dataclass(frozen=True, slots=True)
class Chart:
    """
    A chart.

    :ivar description: what the chart shows, in words
    """

    title: str
    description: str
    drawings: list[Drawing]


@dataclass(frozen=True, slots=True)
class Point:
    """
    A value of a chart.

    :ivar name: in full, as in a table
    :ivar tick: what is written at the axis; blank: nothing
    """

    name: str
    value: Decimal | int
    tick: str = ""


type Format = Callable[[Decimal | int], str]


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _width_of(text: str) -> float:
    return len(text) * CHARACTER


def _drawn_twice(draw: Callable[[Drawing], None]) -> list[Drawing]:
    drawings = [Drawing("wide", WIDE), Drawing("narrow", NARROW)]
    for drawing in drawings:
        draw(drawing)
    return drawings


def column_chart(
    points: Sequence[Point], *, title: str, axis: str, value_axis: str, write: Format, write_tick: Format | None = None
) -> Chart:
    """
    Return a chart of values in the order of time: columns, or a line if there are many.

    :param axis, value_axis: what is along the axes, with the unit
    :param write: returns a value for people
    :param write_tick: ... at the axis, where there is less room
    """
    most = max(points, key=lambda point: point.value)
    description = _("%(count)d values. The highest is %(value)s: %(name)s. All values are in the table.") % {
        "count": len(points),
        "value": write(most.value),
        "name": most.name,
    }
    plot = _ColumnPlot(points, axis, value_axis, write, write_tick or write)
    return Chart(title, description, _drawn_twice(plot.draw))


@dataclass(frozen=True, slots=True)
class _ColumnPlot:
    points: Sequence[Point]
    axis: str
    value_axis: str
    write: Format
    write_tick: Format

    def draw(self, on: Drawing) -> None:
        on.height = 300 if on.width == WIDE else 260
        ticks = _ticks([float(point.value) for point in self.points])
        texts = [self.write_tick(_decimal(tick)) for tick in ticks]
        left, right = max(map(_width_of, texts)) + 12, on.width - 14
        top, bottom = 40, on.height - 44
        scale = (bottom - top) / (ticks[-1] - ticks[0])

        def y_of(value: float) -> float:
            return bottom - (value - ticks[0]) * scale

        on.label(4, LINE, self.value_axis, anchor="start", css="chart-axis")
        for tick, text in zip(ticks, texts, strict=True):
            on.rule(left, y_of(tick), right, y_of(tick), css="chart-zero" if tick == 0 else "chart-grid")
            on.label(left - 6, y_of(tick) + 4, text, anchor="end")
        slot = (right - left) / len(self.points)
        centers = [left + slot * (index + 0.5) for index in range(len(self.points))]
        if len(self.points) > MAX_COLUMNS:
            self._draw_line(on, centers, y_of)
        else:
            self._draw_columns(on, centers, slot, y_of)
        self._draw_ticks(on, centers, bottom, y_of(ticks[0]))
        on.label((left + right) / 2, on.height - 6, self.axis, css="chart-axis")

    def _draw_columns(self, on: Drawing, centers: Sequence[float], slot: float, y_of: Callable[[float], float]) -> None:
        texts = [self.write_tick(point.value) for point in self.points]
        has_room = max(map(_width_of, texts)) + 2 < slot
        width = min(slot * 0.74, 64)
        for point, center, text in zip(self.points, centers, texts, strict=True):
            value = float(point.value)
            top = min(y_of(value), y_of(0))
            tip = f"{point.name}: {self.write(point.value)}"
            on.box(center - width / 2, top, width, abs(y_of(value) - y_of(0)), css="chart-bar", tip=tip)
            if has_room and value:
                on.label(center, top - 5 if value > 0 else y_of(value) + LINE - 2, text, css="chart-value")

    def _draw_line(self, on: Drawing, centers: Sequence[float], y_of: Callable[[float], float]) -> None:
        places = [f"{_n(x)} {_n(y_of(float(point.value)))}" for x, point in zip(centers, self.points, strict=True)]
        line = "M" + "L".join(places)
        on.curves.append(Curve(f"{line}L{_n(centers[-1])} {_n(y_of(0))}L{_n(centers[0])} {_n(y_of(0))}Z", "chart-area"))
        on.curves.append(Curve(line, "chart-line"))
        index, most = max(enumerate(self.points), key=lambda pair: pair[1].value)
        x, y, text = centers[index], y_of(float(most.value)), f"{most.name}: {self.write(most.value)}"
        half = _width_of(text) / 2
        on.box(x - 3, y - 3, 6, 6, css="chart-peak", tip=text)
        on.label(min(max(x, half + 4), on.width - half - 4), y - 8, text, css="chart-value")

    def _draw_ticks(self, on: Drawing, centers: Sequence[float], bottom: float, axis: float) -> None:
        ticks = [(x, point.tick) for x, point in zip(centers, self.points, strict=True) if point.tick]
        for x, text in _thinned_out(ticks):
            on.rule(x, axis, x, axis + 4, css="chart-zero")
            half = _width_of(text) / 2
            on.label(min(max(x, half), on.width - half), bottom + LINE + 3, text)


def _thinned_out(ticks: Sequence[tuple[float, str]]) -> Sequence[tuple[float, str]]:
    """Return every tick, every second one, … : so many that no label touches the next."""
    for step in range(1, len(ticks) + 1):
        chosen = ticks[::step]
        pairs = pairwise(chosen)
        if all(b[0] - a[0] >= (_width_of(a[1]) + _width_of(b[1])) / 2 + GAP for a, b in pairs):
            return chosen
    return []


def _ticks(values: Sequence[float]) -> list[float]:
    """Return the values at an axis: three to six round ones, from below all values and zero to above them."""
    low, high = min(0.0, *values), max(0.0, *values)
    if high == low:
        high = low + 1
    raw = (high - low) / 4
    magnitude = 10.0 ** floor(log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= raw)
    step = max(step, 1.0)  # no fractions of an order, and none of a euro
    return [step * index for index in range(floor(low / step), ceil(high / step) + 1)]


def _decimal(tick: float) -> Decimal:
    return Decimal(round(tick))


def bar_chart(points: Sequence[Point], *, title: str, value_axis: str, write: Format) -> Chart | None:
    """
    Return a chart of the first values as horizontal bars, each with its name and value; None: all are zero.

    :param value_axis: what the bars show, with the unit
    """
    shown = list(points[:MAX_BARS])
    largest = max(float(point.value) for point in shown)
    if largest <= 0:
        return None
    description = "; ".join(f"{point.name}: {write(point.value)}" for point in shown)
    if len(points) > len(shown):
        value_axis = _("%(axis)s, the first %(shown)d of %(all)d") % {
            "axis": value_axis,
            "shown": len(shown),
            "all": len(points),
        }
    return Chart(title, description, _drawn_twice(lambda on: _draw_bars(on, shown, value_axis, write, largest)))


def _draw_bars(on: Drawing, points: Sequence[Point], value_axis: str, write: Format, largest: float) -> None:
    is_wide = on.width == WIDE
    texts = [write(point.value) for point in points]
    left = 220 if is_wide else 4
    room = on.width - left - max(map(_width_of, texts)) - 12
    step, top = (26, 32) if is_wide else (42, 28)
    on.label(left, LINE, value_axis, anchor="start", css="chart-axis")
    for index, (point, text) in enumerate(zip(points, texts, strict=True)):
        y = top + index * step
        if is_wide:
            on.label(left - 8, y + 13, _shortened(point.name, left - 12), anchor="end")
        else:
            on.label(left + 5, y + 12, _shortened(point.name, on.width - 12), anchor="start")
            y += LINE + 2
        length = max(float(point.value), 0) / largest * room
        on.box(left, y, length, 18, css="chart-bar", tip=f"{point.name}: {text}")
        on.label(left + length + 6, y + 13, text, anchor="start", css="chart-value")
    on.rule(left, top - 4, left, top + len(points) * step, css="chart-zero")
    on.height = top + len(points) * step + 6


def _shortened(text: str, width: float) -> str:
    characters = int(width / CHARACTER)
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def heat_map(
    counts: dict[tuple[int, int], int], *, hours: Sequence[int], title: str, legend: str, write: Format
) -> Chart:
    """
    Return a map of counts: the hours below each other, the weekdays beside each other, each cell with its count.

    :param counts: by weekday (0 is Monday) and hour; what is missing is zero
    :param hours: in the order of the business day
    """
    (weekday, hour), largest = max(counts.items(), key=lambda item: item[1])
    description = _("The most are on %(weekday)s from %(hour)d:00 to %(end)d:00: %(count)s. All are in the table.") % {
        "weekday": WEEKDAYS[weekday],
        "hour": hour,
        "end": hour + 1,
        "count": write(largest),
    }

    def draw(on: Drawing) -> None:
        left, top, height = 60, 50, 26
        width = (on.width - left - 4) / 7
        on.label(4, LINE, legend, anchor="start", css="chart-axis")
        for day, name in WEEKDAYS_ABBR.items():
            on.label(left + width * (day + 0.5), top - 8, str(name))
        for row, at in enumerate(hours):
            y = top + row * height
            on.label(left - 8, y + 17, f"{at:02}–{(at + 1) % 24:02}", anchor="end")
            for day, name in WEEKDAYS.items():
                count = counts.get((day, at), 0)
                level = ceil(count / largest * HEAT_LEVELS)
                tip = f"{name} {at:02}:00: {write(count)}"
                on.box(left + day * width + 1, y + 1, width - 2, height - 2, css=f"heat-{level}", tip=tip)
                text = write(count) if count else "·"
                on.label(left + width * (day + 0.5), y + 17, text, css=f"heat-text-{level}")
        on.height = top + len(hours) * height + 4

    return Chart(title, description, _drawn_twice(draw))
