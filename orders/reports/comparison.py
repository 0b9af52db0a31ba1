"""
Figures beside those of the period before: those of the reports, of the overview of managers and of the daily e-mail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.reports.periods import Period
from orders.reports.query import ReportQuery
from orders.reports.selectors.live_days import first_day
from orders.reports.tables import CellKind, Column, TableSpec, format_cell, format_number

ONE_DECIMAL = Decimal("0.1")


class Wish(StrEnum):
    """Which direction of a figure is good for the shop."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    title: StrOrPromise
    value: Decimal | int | None
    kind: CellKind = CellKind.COUNT
    wish: Wish = Wish.MORE


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """
    A key figure and its value in the period with which it is compared.

    The change is in percent; of a figure that is itself in percent, in percentage points.
    """

    figure: Figure
    before: Decimal | int | None

    @property
    def text(self) -> str:
        return format_cell(self.figure.value, self.figure.kind)

    @property
    def text_before(self) -> str:
        return format_cell(self.before, self.figure.kind)

    @property
    def change(self) -> Decimal | None:
        """Return by how much the figure changed, with one decimal place; None: there is nothing to compare with."""
        now, before = self.figure.value, self.before
        if now is None or before is None or (before == 0 and self.figure.kind is not CellKind.PERCENT):
            return None
        difference = Decimal(now) - Decimal(before)
        if self.figure.kind is not CellKind.PERCENT:
            difference = difference * 100 / abs(Decimal(before))
        return difference.quantize(ONE_DECIMAL, rounding=ROUND_HALF_UP)

    @property
    def change_text(self) -> str:
        """Return the change in words, with an arrow."""
        change = self.change
        if change is None:
            return _("nothing to compare with")
        if change == 0:
            return _("= the same")
        is_points = self.figure.kind is CellKind.PERCENT
        amount = format_number(abs(change), CellKind.COUNT if is_points else CellKind.PERCENT)
        if is_points:
            text = _("▲ %(amount)s points more") if change > 0 else _("▼ %(amount)s points less")
        else:
            text = _("▲ %(amount)s more") if change > 0 else _("▼ %(amount)s less")
        return text % {"amount": amount}

    @property
    def is_better(self) -> bool | None:
        """Return whether the change is one for the better; None: there is none, or it is neither."""
        change = self.change
        if not change or self.figure.wish is Wish.NEITHER:
            return None
        return (change > 0) == (self.figure.wish is Wish.MORE)

    @property
    def verdict(self) -> str:
        """Return "better", "worse", or a blank text if it is neither."""
        return {True: "better", False: "worse", None: ""}[self.is_better]


type FiguresOf = Callable[[ReportQuery], Sequence[Figure]]


def compare(figures: FiguresOf, query: ReportQuery) -> list[ComparedFigure]:
    """Return the key figures of a period, each with its value in the period with which it is compared."""
    before = [figure.value for figure in figures(query.previous)] if has_history(query) else None
    found = figures(query)
    return [ComparedFigure(now, value) for now, value in zip(found, before or [None] * len(found), strict=True)]


def has_history(query: ReportQuery) -> bool:
    """Return whether the shop had its first order by the first day of the period before: else it would be cut short."""
    began = query.read(_first_day)
    return began is not None and began <= query.previous.period.first


def _first_day(period: Period, *, at: datetime) -> date | None:
    return first_day()


def comparison_table(figures: FiguresOf) -> TableSpec[ComparedFigure]:
    """Return the table of a comparison, for the exports."""
    return TableSpec(
        slug="figures",
        caption=gettext_lazy("Key figures"),
        rows=lambda query: compare(figures, query),
        columns=lambda _query: (
            Column(gettext_lazy("Figure"), lambda row: str(row.figure.title)),
            Column(gettext_lazy("This period"), lambda row: row.figure.value, CellKind.COUNT),
            Column(gettext_lazy("Compared with"), lambda row: row.before, CellKind.COUNT),
            Column(gettext_lazy("Change in percent or points"), lambda row: row.change, CellKind.COUNT),
        ),
    )
