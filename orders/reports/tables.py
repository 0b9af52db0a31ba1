"""Tables of the reports: their columns, what is in the cells, and how a cell is written for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from orders.reports.charts import MAX_COLUMNS, Chart
from orders.reports.query import ReportQuery
from pizzeria.foundation import clock
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.spreadsheets import Cell


class CellKind(StrEnum):
    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    MINUTES = "minutes"
    DAY = "day"
    TIME = "time"

    @property
    def is_number(self) -> bool:
        return self not in (CellKind.TEXT, CellKind.DAY, CellKind.TIME)


@dataclass(frozen=True, slots=True)
class Column[R]:
    """
    A column of a table.

    :ivar value: returns what is in the cell of a row
    :ivar is_summed: whether the table has the sum of all cells below them
    :ivar link: returns the address of the page about what is in the cell
    """

    title: StrOrPromise
    value: Callable[[R], Cell]
    kind: CellKind = CellKind.TEXT
    is_summed: bool = False
    link: Callable[[R], str] | None = None


@dataclass(frozen=True, slots=True)
class TableSpec[R]:
    """
    A table of a report, with the chart above it.

    :ivar slug: its name in addresses and file names
    :ivar columns: returns the columns; the cells of the first one are the headers of the rows
    :ivar total: returns the row of totals, if it is more than the sums of columns
    :ivar by_month: of rows of days, returns their sums by month, each in the row of the month's first day: the page
        shows these of a long period, while the exports have each day
    """

    slug: str
    caption: StrOrPromise
    rows: Callable[[ReportQuery], Sequence[R]]
    columns: Callable[[ReportQuery], Sequence[Column[R]]]
    chart: Callable[[ReportQuery, Sequence[R]], Chart | None] | None = None
    total: Callable[[ReportQuery], R] | None = None
    by_month: Callable[[Sequence[R]], Sequence[R]] | None = None


@dataclass(frozen=True, slots=True)
class TableCell:
    text: str
    is_number: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table as its page shows it.

    :ivar is_by_month: whether its rows are months, although those of the exports are days
    """

    slug: str
    caption: str
    header: list[TableCell]
    rows: list[list[TableCell]]
    total: list[TableCell]  # empty: there is none
    chart: Chart | None
    is_by_month: bool = False


def evaluate(spec: TableSpec[Any], query: ReportQuery) -> Table:
    """Return a table with the figures that a query asks for."""
    rows, columns = spec.rows(query), spec.columns(query)
    chart = spec.chart(query, rows) if spec.chart and rows else None
    is_by_month = spec.by_month is not None and query.period.days > MAX_COLUMNS
    if spec.by_month and is_by_month:
        rows, columns = spec.by_month(rows), [_MONTH, *columns[1:]]
    return Table(
        slug=spec.slug,
        caption=str(spec.caption),
        header=[TableCell(str(column.title), column.kind.is_number) for column in columns],
        rows=[[_cell(column, row) for column in columns] for row in rows],
        total=_total(spec, query, rows, columns) if rows else [],
        chart=chart,
        is_by_month=is_by_month,
    )


_MONTH: Column[Any] = Column(gettext_lazy("Month"), lambda row: date_format(row.day, "F Y"))


def _cell(column: Column[Any], row: Any) -> TableCell:
    url = column.link(row) if column.link else ""
    return TableCell(format_cell(column.value(row), column.kind), column.kind.is_number, url)


def _total(
    spec: TableSpec[Any], query: ReportQuery, rows: Sequence[Any], columns: Sequence[Column[Any]]
) -> list[TableCell]:
    first, *others = columns
    if spec.total:
        total = spec.total(query)
        cells = [_cell(column, total) for column in others]
    elif any(column.is_summed for column in others):
        cells = [TableCell(_sum(column, rows), column.kind.is_number) for column in others]
    else:
        return []
    return [TableCell(_("Total"), first.kind.is_number), *cells]


def _sum(column: Column[Any], rows: Sequence[Any]) -> str:
    if not column.is_summed:
        return ""
    cells = [column.value(row) for row in rows]
    return format_cell(sum(cell for cell in cells if isinstance(cell, Decimal | int)), column.kind)


def format_cell(value: Cell, kind: CellKind) -> str:
    """Return a cell as people read it, in their language; a dash for None."""
    match value:
        case None:
            return "–"
        case datetime():
            local = value.astimezone(clock.shop_zone())
            text = date_format(local, "D j M Y, H:i")
            return _("%(time)s, for the second time") % {"time": text} if local.fold else text
        case date():
            return date_format(value, "D j M Y")
        case Decimal() | int():
            return format_number(value, kind)
    return str(value)


def format_number(number: Decimal | int, kind: CellKind) -> str:
    """Return a number with its unit."""
    if kind is CellKind.MONEY:
        return format_amount(Decimal(number))
    text = _number_text(str(number), to_locale(get_language() or "en"))
    match kind:
        case CellKind.PERCENT:
            return _("%(number)s%%") % {"number": text}
        case CellKind.MINUTES:
            return _("%(number)s min") % {"number": text}
    return text


@lru_cache(maxsize=10_000)
def _number_text(number: str, locale: str) -> str:
    """Return a number as Babel formats it, which takes time: a long table has the same few numbers again and again."""
    return format_decimal(Decimal(number), locale=locale, decimal_quantization=False)
