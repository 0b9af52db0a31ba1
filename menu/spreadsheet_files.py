"""
Spreadsheet files that people upload, CSV and XLSX, read as tables of texts.

A file that is not such a table is refused whole, with the line of everything that is wrong with it.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.spreadsheets import escape_formula

MAX_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 20_000_000
MAX_PARTS = 100  # files within an XLSX
MAX_ROWS = 500
MAX_COLUMNS = 30
MAX_CELL = 1000  # characters

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError,
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, RuntimeError, NotImplementedError,
)  # fmt: skip


class SpreadsheetRefused(Refusal):
    """A file is not a table that can be read; each of `parts` is about one line of it."""

    code = "spreadsheet_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class TableRow:
    """
    A row of a table.

    :param line: its number in the file, as spreadsheet programs and editors count
    :param cells: by the name of the column
    """

    line: int
    cells: dict[str, str]


def protect(text: str) -> str:
    """Return a text as it is written into a cell: one that a spreadsheet program would compute, with an apostrophe."""
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def unprotect(text: str) -> str:
    """Return the text of a cell that `protect` has made."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def read_table(content: bytes, *, columns: Sequence[str], required: str) -> list[TableRow]:
    """
    Return the rows of a CSV or XLSX file whose first line has the names of columns; blank rows are left out.

    :param columns: the names that may be there, in any order
    :param required: the one that must be
    :raises SpreadsheetRefused: it is too large, no such file, or has other columns, formulas or too many rows
    """
    if len(content) > MAX_BYTES:
        raise SpreadsheetRefused(_("The file is too large: 1 MB at most, please."))
    if not content.strip():
        raise SpreadsheetRefused(_("The file is empty."))
    lines = _xlsx_lines(content) if content.startswith(b"PK") else _csv_lines(content)
    header_line, header = next(lines, (1, []))
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    _refuse_other_columns(names, columns=columns, required=required, line=header_line)
    rows: list[TableRow] = []
    problems: list[SpreadsheetRefused] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MAX_ROWS:
            raise SpreadsheetRefused(_("The file has more than %(most)d rows.") % {"most": MAX_ROWS})
        if any(cell.strip() for cell in cells[len(names) :]) or len(cells) < len(names):
            message = _("%(found)d cells where the first line has %(expected)d.")
            problems.append(_problem(line, message % {"found": len(cells), "expected": len(names)}))
            continue
        row = dict(zip(names, cells, strict=False))
        problems += [_problem(line, f"{name}: {wrong}") for name, cell in row.items() if (wrong := _wrong_cell(cell))]
        rows.append(TableRow(line, {name: unprotect(cell) for name, cell in row.items()}))
    if problems:
        raise SpreadsheetRefused(_("Nothing was imported."), parts=problems)
    if not rows:
        raise SpreadsheetRefused(_("The file has no rows below its first line."))
    return rows


def _refuse_other_columns(names: list[str], *, columns: Sequence[str], required: str, line: int) -> None:
    unknown = [name for name in names if name not in columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    problems = []
    if required not in names:
        problems.append(_("There is no column “%(name)s”.") % {"name": required})
    if unknown:
        problems.append(_("There is no such column: %(names)s.") % {"names": ", ".join(f"“{n}”" for n in unknown)})
    if repeated:
        problems.append(_("More than once: %(names)s.") % {"names": ", ".join(repeated)})
    if problems:
        known = _("The first line names the columns: %(names)s.") % {"names": ", ".join(columns)}
        raise SpreadsheetRefused(known, parts=[_problem(line, " ".join(problems))])


def _wrong_cell(cell: str) -> str:
    """Return what is wrong with a cell; blank: nothing is."""
    if len(cell) > MAX_CELL:
        return _("too long")
    if _is_formula(cell) and not _NUMBER.fullmatch(cell):
        return _("a formula. If it is a text, put an apostrophe (') in front of it.")
    return ""


def _is_formula(text: str) -> bool:
    return escape_formula(text) != text


def _problem(line: int, message: str) -> SpreadsheetRefused:
    return SpreadsheetRefused(_("Line %(line)d: %(message)s") % {"line": line, "message": message})


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Return the lines of a CSV file with their numbers, whether it has commas, semicolons or tabs."""
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise SpreadsheetRefused(_("The file has too many columns."), parts=[_problem(line, "")])
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = _("this is no CSV: a quotation mark is missing or too many, or a cell is too long.")
        raise SpreadsheetRefused(_("Nothing was imported."), parts=[_problem(line, message)]) from error


def _decoded(content: bytes) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SpreadsheetRefused(_("This is an old Excel file (.xls). Save it as .xlsx, or as CSV UTF-8."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpreadsheetRefused(_("This file is in UTF-16. Save it as CSV UTF-8."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = _("the byte 0x%(byte)02x is not UTF-8; the file may be in Windows-1252. Save it as CSV UTF-8.")
        problem = _problem(line, message % {"byte": content[error.start]})
        raise SpreadsheetRefused(_("This file is not in UTF-8."), parts=[problem]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SpreadsheetRefused(_("This is neither CSV nor XLSX."), parts=[_problem(line, _("a NUL character."))])
    return text


def _xlsx_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Return the lines of the first sheet of an XLSX file with their numbers."""
    _refuse_zip_bomb(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = list(sheet.iter_rows(max_row=MAX_ROWS + 50, max_col=MAX_COLUMNS))
    except _UNREADABLE as error:
        raise SpreadsheetRefused(_("This XLSX file cannot be read. Save it again, or as CSV UTF-8.")) from error
    formulas = [
        _problem(line, _("a formula in column %(column)d. Paste its value instead.") % {"column": column})
        for line, row in enumerate(rows, 1)
        for column, cell in enumerate(row, 1)
        if cell.data_type in ("f", "e")
    ]
    if formulas:
        raise SpreadsheetRefused(_("Nothing was imported."), parts=formulas)
    width = max((len(row) for row in rows), default=0)
    for line, row in enumerate(rows, 1):
        texts = [_text_of(cell.value) for cell in row]
        yield line, texts + [""] * (width - len(texts))


def _refuse_zip_bomb(content: bytes) -> None:
    """Refuse an XLSX by what it says to be when it is unpacked; no more than that is ever unpacked."""
    try:
        parts = zipfile.ZipFile(BytesIO(content)).infolist()
    except _UNREADABLE as error:
        raise SpreadsheetRefused(_("This is no XLSX file.")) from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise SpreadsheetRefused(_("This XLSX file is too large when it is unpacked."))


def _text_of(value: Any) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
