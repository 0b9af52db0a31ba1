from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, cast

from orders.reports.periods import Grain, Period


class SeriesMeasure(StrEnum):
    """What the chart of a time series shows."""

    SALES = "sales"
    REVENUE = "revenue"
    ORDERS = "orders"


class PeriodSelector[T](Protocol):
    def __call__(self, period: Period, *, at: datetime) -> T: ...


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """
    What a report is asked for.

    :ivar at: the present moment
    :ivar grain, measure: of a time series
    :ivar shows_score: whether the report of the staff has a score
    :ivar compared_with: the period beside this one; None: the previous one of the same length
    """

    period: Period
    at: datetime
    grain: Grain = Grain.DAY
    measure: SeriesMeasure = SeriesMeasure.SALES
    shows_score: bool = False
    compared_with: Period | None = None
    _read: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def read[T](self, selector: PeriodSelector[T]) -> T:
        """Return what a selector returns for the period; it is called once, however many parts of a page need it."""
        if selector not in self._read:
            self._read[selector] = selector(self.period, at=self.at)
        return cast("T", self._read[selector])

    @property
    def previous(self) -> "ReportQuery":
        """Return a new query for the period with which this one is compared."""
        period = self.compared_with or self.period.previous
        return ReportQuery(period, self.at, self.grain, self.measure, self.shows_score)
