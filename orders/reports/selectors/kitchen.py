"""What the kitchen did: how much it cooked, how long that took, and which promises were kept."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from orders.reports.figures import Durations, KitchenFigures
from orders.reports.models import DurationCount, DurationMeasure, HourSums
from orders.reports.periods import Period, place_in_day
from orders.reports.selectors.rollups import read

KITCHEN_MEASURES = (DurationMeasure.COOKING, DurationMeasure.PREPARATION, DurationMeasure.DELIVERY)


def kitchen(period: Period, *, at: datetime) -> KitchenFigures:
    """Return what the kitchen did with the orders of a period."""
    [counts] = read(
        HourSums,
        "SELECT coalesce(sum(cooked), 0), coalesce(sum(promises), 0), coalesce(sum(promises_kept), 0) FROM figures",
        period=period,
        at=at,
    )
    rows = read(
        DurationCount,
        "SELECT measure, minutes, sum(count) FROM figures WHERE measure = ANY (%(measures)s) GROUP BY 1, 2",
        period=period,
        at=at,
        values={"measures": [measure.value for measure in KITCHEN_MEASURES]},
    )
    return _kitchen_figures(None, counts, rows)


def kitchen_by_hour(period: Period, *, at: datetime) -> list[KitchenFigures]:
    """Return the same by the hour of placing, in the order of the business day; only hours with orders."""
    counts = read(
        HourSums,
        """
            SELECT extract(hour FROM hour AT TIME ZONE %(zone)s)::int, sum(cooked), sum(promises), sum(promises_kept)
            FROM figures GROUP BY 1 HAVING sum(orders + cancelled) > 0
        """,
        period=period,
        at=at,
    )
    rows = read(
        DurationCount,
        "SELECT bucket, measure, minutes, sum(count) FROM figures WHERE measure = ANY (%(measures)s) GROUP BY 1, 2, 3",
        period=period,
        at=at,
        values={"measures": [measure.value for measure in KITCHEN_MEASURES]},
    )
    bars: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for hour, measure, minutes, times in rows:
        bars[hour].append((measure, minutes, times))
    counts.sort(key=lambda row: place_in_day(row[0]))
    return [_kitchen_figures(hour, of_hour, bars[hour]) for hour, *of_hour in counts]


def _kitchen_figures(hour: int | None, counts: Iterable[int], bars: Iterable[tuple[str, int, int]]) -> KitchenFigures:
    cooked, promises, promises_kept = counts
    histograms: dict[str, dict[int, int]] = defaultdict(dict)
    for measure, minutes, times in bars:
        histograms[measure][minutes] = int(times)
    return KitchenFigures(
        hour=hour,
        cooked=cooked,
        cooking=Durations.of(histograms[DurationMeasure.COOKING]),
        preparation=Durations.of(histograms[DurationMeasure.PREPARATION]),
        delivery=Durations.of(histograms[DurationMeasure.DELIVERY]),
        promises=promises,
        promises_kept=promises_kept,
    )
