"""
Tables as CSV and XLSX files for spreadsheet programs.

A spreadsheet program computes a text that begins like a formula, and a formula can send the other cells to a stranger
(CSV injection). Such a text gets an apostrophe in front, so that it is shown and not computed. Numbers and dates stay
numbers and dates.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from pizzeria.foundation import clock

type Cell = str | int | Decimal | date | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ESCAPE = "'"
# Also after blanks, which some programs skip, and in the wide forms of East Asian keyboards.
_FORMULA = re.compile(r"[\t\r\n\0]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_WIDTH = 60  # of a column, in characters
_MAX_TITLE = 31  # of a sheet
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")


def escape_formula(text: str) -> str:
    """Return a text that no spreadsheet program computes: with an apostrophe in front if it begins like a formula."""
    return f"{_ESCAPE}{text}" if _FORMULA.match(text) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """
    Return a table as CSV (RFC 4180), in UTF-8 with a byte order mark, by which Excel knows the encoding.

    Numbers have a decimal point, dates are those of ISO 8601, and times are on the shop's wall clock, with its
    offset from UTC: in one night of the year an hour comes twice.
    """
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([escape_formula(title) for title in header])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", errors="replace")


def _csv_cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case str():
            return escape_formula(value)
        case datetime():
            return value.astimezone(clock.shop_zone()).isoformat(" ", "minutes")
        case Decimal():
            return f"{value:f}"
    return str(value)


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """
    Return a table as an Excel workbook with one sheet, whose first row stays in sight.

    Numbers and dates are such, with as many decimals as they have; times are on the shop's wall clock.

    :param title: of the sheet; what Excel does not take is left out
    """
    table = [list(row) for row in rows]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_NOT_IN_TITLES.sub(" ", title)[:_MAX_TITLE])
    sheet.freeze_panes = "A2"
    for index, name in enumerate(header):
        longest = max([len(name), *(len(_csv_cell(row[index])) for row in table)])
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(longest + 2, _MAX_WIDTH)
    sheet.append([_xlsx_cell(sheet, name, is_bold=True) for name in header])
    for row in table:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _xlsx_cell(sheet: object, value: Cell, *, is_bold: bool = False) -> WriteOnlyCell:
    match value:
        case str():
            cell = WriteOnlyCell(sheet, escape_formula(_NOT_IN_XML.sub("", value)))
            cell.data_type = "s"  # openpyxl takes "#N/A" for an error
        case datetime():
            cell = WriteOnlyCell(sheet, value.astimezone(clock.shop_zone()).replace(tzinfo=None))
            cell.number_format = "yyyy-mm-dd hh:mm"
        case date():
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = "yyyy-mm-dd"
        case Decimal():
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = _number_format(value)
        case _:
            cell = WriteOnlyCell(sheet, value)
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _number_format(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0." + "0" * decimals if decimals else "#,##0"
