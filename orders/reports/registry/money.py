"""The report for the bookkeeper: receipts by day and payment method, and the tax by rate."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import PaymentMethod
from orders.reports import selectors
from orders.reports.charts import MAX_COLUMNS, Chart, Point, bar_chart, column_chart
from orders.reports.comparison import Figure, Wish
from orders.reports.figures import BookkeepingFigures, TaxFigures
from orders.reports.query import ReportQuery
from orders.reports.registry.report import Report
from orders.reports.registry.writing import money_axis, money_text, money_tick
from orders.reports.tables import CellKind, Column, TableSpec, format_cell
from pizzeria.foundation.money import ZERO


def bookkeeping_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.bookkeeping)
    return [
        Figure(_("Received"), sum((row.received for row in rows), ZERO), CellKind.MONEY),
        Figure(_("Credited"), sum((row.credited for row in rows), ZERO), CellKind.MONEY, Wish.LESS),
        Figure(_("Net"), sum((row.net for row in rows), ZERO), CellKind.MONEY),
        Figure(_("Tax"), sum((row.tax for row in query.read(selectors.taxes)), ZERO), CellKind.MONEY, Wish.NEITHER),
    ]


def net_chart(query: ReportQuery, rows: Sequence[BookkeepingFigures]) -> Chart:
    """Return the chart of what was received less what was credited on each day, also on days without receipts."""
    net: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        net[row.day] += row.net
    is_long = query.period.days > MAX_COLUMNS
    points = [
        Point(
            format_cell(day, CellKind.DAY),
            net[day],
            (date_format(day, "M Y") if day.day == 1 else "") if is_long else date_format(day, "j M"),
        )
        for day in query.period.dates()
    ]
    return column_chart(
        points,
        title=_("Net by day"),
        axis=_("Business day"),
        value_axis=money_axis(_("Received less credited")),
        write=money_text,
        write_tick=money_tick,
    )


def tax_chart(query: ReportQuery, rows: Sequence[TaxFigures]) -> Chart | None:
    """Return the chart of the tax; None: there is nothing, or less than was credited, which no bar can show."""
    points = [Point(format_cell(row.rate, CellKind.PERCENT), row.tax) for row in rows]
    return bar_chart(points, title=_("Tax by rate"), value_axis=money_axis(_("Tax")), write=money_text)


def receipts_by_month(rows: Sequence[BookkeepingFigures]) -> list[BookkeepingFigures]:
    """Return the sums of each month and payment method, in order."""
    sums: dict[tuple[date, PaymentMethod], list[BookkeepingFigures]] = defaultdict(list)
    for row in rows:
        sums[row.day.replace(day=1), row.method].append(row)
    return [
        BookkeepingFigures(
            day,
            method,
            sum(row.receipts for row in found),
            sum(row.credit_notes for row in found),
            sum((row.received for row in found), ZERO),
            sum((row.credited for row in found), ZERO),
        )
        for (day, method), found in sorted(sums.items())
    ]


def receipts_by_method(query: ReportQuery) -> list[BookkeepingFigures]:
    """Return the sums of each payment method, in the row of the period's first day."""
    return receipts_by_month([replace(row, day=query.period.first) for row in query.read(selectors.bookkeeping)])


def taxes_by_month(rows: Sequence[TaxFigures]) -> list[TaxFigures]:
    """Return the sums of each month and rate, in order."""
    sums: dict[tuple[date, Decimal], list[TaxFigures]] = defaultdict(list)
    for row in rows:
        sums[row.day.replace(day=1), row.rate].append(row)
    return [
        TaxFigures(day, rate, sum((row.base for row in found), ZERO), sum((row.tax for row in found), ZERO))
        for (day, rate), found in sorted(sums.items())
    ]


def taxes_by_rate(query: ReportQuery) -> list[TaxFigures]:
    """Return the sums of each rate, in the row of the period's first day."""
    return taxes_by_month([replace(row, day=query.period.first) for row in query.read(selectors.taxes)])


DAY: Column[BookkeepingFigures | TaxFigures] = Column(gettext_lazy("Day"), lambda row: row.day, CellKind.DAY)
RECEIPT_COLUMNS: tuple[Column[BookkeepingFigures], ...] = (
    Column(gettext_lazy("Method"), lambda row: row.method.label.capitalize()),
    Column(gettext_lazy("Net"), lambda row: row.net, CellKind.MONEY, is_summed=True),
    Column(gettext_lazy("Receipts"), lambda row: row.receipts, CellKind.COUNT, is_summed=True),
    Column(gettext_lazy("Received"), lambda row: row.received, CellKind.MONEY, is_summed=True),
    Column(gettext_lazy("Credit notes"), lambda row: row.credit_notes, CellKind.COUNT, is_summed=True),
    Column(gettext_lazy("Credited"), lambda row: row.credited, CellKind.MONEY, is_summed=True),
)
TAX_COLUMNS: tuple[Column[TaxFigures], ...] = (
    Column(gettext_lazy("Rate"), lambda row: row.rate, CellKind.PERCENT),
    Column(gettext_lazy("Base"), lambda row: row.base, CellKind.MONEY, is_summed=True),
    Column(gettext_lazy("Tax"), lambda row: row.tax, CellKind.MONEY, is_summed=True),
)

BOOKKEEPING = Report(
    slug="bookkeeping",
    title=gettext_lazy("Bookkeeping"),
    summary=gettext_lazy("Receipts by day and payment method, and the tax by rate"),
    explanation=(
        gettext_lazy("Receipts and credit notes by the business day of their issue; they match to the cent."),
        gettext_lazy("All payments count, also of orders that were cancelled later: their credit notes take it off."),
    ),
    figures=bookkeeping_figures,
    tables=(
        TableSpec(
            slug="methods",
            caption=gettext_lazy("Receipts and credit notes by payment method"),
            rows=receipts_by_method,
            columns=lambda _query: RECEIPT_COLUMNS,
        ),
        TableSpec(
            slug="rates",
            caption=gettext_lazy("Tax by rate"),
            rows=taxes_by_rate,
            columns=lambda _query: TAX_COLUMNS,
            chart=tax_chart,
        ),
        TableSpec(
            slug="receipts",
            caption=gettext_lazy("Receipts and credit notes by day and payment method"),
            rows=lambda query: query.read(selectors.bookkeeping),
            columns=lambda _query: (DAY, *RECEIPT_COLUMNS),
            chart=net_chart,
            by_month=receipts_by_month,
        ),
        TableSpec(
            slug="taxes",
            caption=gettext_lazy("Tax by day and rate"),
            rows=lambda query: query.read(selectors.taxes),
            columns=lambda _query: (DAY, *TAX_COLUMNS),
            by_month=taxes_by_month,
        ),
    ),
)
