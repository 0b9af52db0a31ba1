"""Tables of the reports as files for spreadsheet programs."""

from typing import Any

from orders.reports.periods import Period
from orders.reports.query import ReportQuery
from orders.reports.tables import TableSpec
from pizzeria.foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes

CONTENT_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def table_bytes(spec: TableSpec[Any], query: ReportQuery, *, file_format: str) -> bytes:
    """
    Return a table with the figures that a query asks for, without totals: a program would count them, too.

    :param file_format: a key of `CONTENT_TYPES`
    """
    columns = spec.columns(query)
    header = [str(column.title) for column in columns]
    rows = [[column.value(row) for column in columns] for row in spec.rows(query)]
    if file_format == "csv":
        return csv_bytes(header, rows)
    return xlsx_bytes(header, rows, title=str(spec.caption))


def file_name(report: str, table: str, period: Period, *, file_format: str) -> str:
    """Return the name of a file: customers_2026-11-01_2026-11-30.csv, with the table if it is called otherwise."""
    names = [report] if report == table else [report, table]
    return f"{'-'.join(names)}_{period.first}_{period.last}.{file_format}"
