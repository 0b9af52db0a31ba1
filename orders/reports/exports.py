"""Tables of the reports as files for spreadsheet programs."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orders.reports.periods import Period
from orders.reports.query import ReportQuery
from orders.reports.tables import CellKind, Column, TableSpec
from pizzeria.foundation import clock
from pizzeria.foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes

CONTENT_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def table_bytes(spec: TableSpec[Any], query: ReportQuery, *, file_format: str) -> bytes:
    """
    Return a table with the figures that a query asks for, without totals: a program would count them, too.

    :param file_format: a key of `CONTENT_TYPES`
    """
    columns = spec.columns(query)
    if file_format == "xlsx":
        columns = [with_offset for column in columns for with_offset in _with_offset(column)]
    header = [str(column.title) for column in columns]
    rows = [[column.value(row) for column in columns] for row in spec.rows(query)]
    if file_format == "csv":
        return csv_bytes(header, rows)
    return xlsx_bytes(header, rows, title=str(spec.caption))


def _with_offset(column: Column[Any]) -> list[Column[Any]]:
    """Return a column, and after one of times their offset from UTC, which a time in a workbook does not have."""
    if column.kind is not CellKind.TIME:
        return [column]
    return [column, Column(_("Offset from UTC"), lambda row: _offset(column.value(row)))]


def _offset(moment: Cell) -> str:
    return f"{moment.astimezone(clock.shop_zone()):UTC%:z}" if isinstance(moment, datetime) else ""


def file_name(report: str, table: str, period: Period, *, file_format: str) -> str:
    """Return the name of a file: customers_2026-11-01_2026-11-30.csv, with the table if it is called otherwise."""
    names = [report] if report == table else [report, table]
    return f"{'-'.join(names)}_{period.first}_{period.last}.{file_format}"
