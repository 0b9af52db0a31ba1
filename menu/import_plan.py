"""The plan of an import: what a table would change, compared with the rows, before anything is written."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from import_export.results import RowResult
from tablib import Dataset

from menu.models import MenuItem
from menu.resources import RESOURCES, MenuItemResource
from menu.services import ImportedItem
from menu.spreadsheet_files import SpreadsheetRefused, TableRow, protect

_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,50}")

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs from the row: what is there, and what would be; of a new item, `before` is blank."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a row of the table would do: `kind` is new, changed or unchanged. `item` is None if nothing is written."""

    line: int
    slug: str
    name: str
    kind: str
    changes: tuple[CellChange, ...]
    item: ImportedItem | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    rows: tuple[PlannedRow, ...]

    @property
    def items(self) -> list[ImportedItem]:
        return [row.item for row in self.rows if row.item]

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of everything that a manager confirms, and of the rows as they are now."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()

    def count(self, kind: str) -> int:
        return sum(row.kind == kind for row in self.rows)


def columns_of(model: type[MenuItem]) -> list[str]:
    """Return the names of the columns of a table of such items."""
    return [field.column_name for field in RESOURCES[model].fields_in_order()]


def exported_rows(model: type[MenuItem], *, at: datetime) -> list[list[str]]:
    """Return the items on the menu as the rows of a table, which can be imported again."""
    resource = RESOURCES[model](at=at)
    return [[protect(text) for text in resource.export_resource(item)] for item in resource.rows()]


def plan_import(model: type[MenuItem], table: Sequence[TableRow], *, at: datetime) -> ImportPlan:
    """
    Return what a table would change.

    :raises SpreadsheetRefused: names each line that is wrong
    """
    _refuse_invalid_slugs(table)
    _refuse_repeated(table, column="slug")
    _refuse_repeated(table, column="name")
    resource = RESOURCES[model](at=at)
    names = list(table[0].cells)
    dataset = Dataset(*[[row.cells[name] for name in names] for row in table], headers=names)
    result = resource.import_data(dataset, dry_run=True, use_transactions=False, raise_errors=False)
    if result.base_errors:
        raise result.base_errors[0].error
    wrong = [
        problem for row, each in zip(table, result.rows, strict=True) for problem in _problems(row, each, resource)
    ]
    if wrong:
        raise SpreadsheetRefused(_("Nothing was imported."), parts=wrong)
    return ImportPlan(tuple(_planned(row, each, resource) for row, each in zip(table, result.rows, strict=True)))


def _refuse_invalid_slugs(table: Sequence[TableRow]) -> None:
    message = _("Letters, digits, hyphens and underscores, please.")
    problems = [_problem(row.line, "slug", message) for row in table if not _SLUG.fullmatch(row.cells["slug"].strip())]
    if problems:
        raise SpreadsheetRefused(_("Nothing was imported."), parts=problems)


def _refuse_repeated(table: Sequence[TableRow], *, column: str) -> None:
    cells = [row.cells.get(column, "").strip().casefold() for row in table]
    counts = Counter(cells)
    problems = [
        _problem(row.line, column, _("“%(text)s” is in more than one line.") % {"text": row.cells[column]})
        for row, cell in zip(table, cells, strict=True)
        if cell and counts[cell] > 1
    ]
    if problems:
        raise SpreadsheetRefused(_("Nothing was imported."), parts=problems)


def _problem(line: int, column: str, message: str) -> SpreadsheetRefused:
    where = {"line": line, "column": column, "message": message}
    return SpreadsheetRefused(_("Line %(line)d, %(column)s: %(message)s") % where)


def _problems(row: TableRow, result: RowResult, resource: MenuItemResource) -> list[SpreadsheetRefused]:
    if result.errors:  # the slug cannot be read
        return [_problem(row.line, "slug", str(error.error)) for error in result.errors]
    if not result.validation_error:
        return []
    columns = {field.attribute: field.column_name for field in resource.get_import_fields()}
    return [
        _problem(row.line, columns.get(attribute, attribute).removeprefix("__all__"), " ".join(messages))
        for attribute, messages in result.validation_error.message_dict.items()
    ]


def _planned(row: TableRow, result: RowResult, resource: MenuItemResource) -> PlannedRow:
    is_new = result.import_type == RowResult.IMPORT_TYPE_NEW
    item, before = result.instance, result.original
    fields = [field for field in resource.get_import_fields() if field.column_name in row.cells]
    changed = [field for field in fields if is_new or field.get_value(item) != field.get_value(before)]
    changes = tuple(
        CellChange(field.column_name, "" if is_new else field.export(before), field.export(item)) for field in changed
    )
    kind = NEW if is_new else CHANGED if changes else UNCHANGED
    values = {field.attribute: field.get_value(item) for field in changed}
    planned = _imported(row, item, values, is_new=is_new) if changes else None
    return PlannedRow(row.line, item.slug, item.name, kind, changes, planned)


def _imported(row: TableRow, item: Any, values: dict[str, Any], *, is_new: bool) -> ImportedItem:
    """Return what the command gets, from the changed values by the resource's attributes."""
    recipe, availability = values.pop("recipe_now", None), values.pop("availability_now", None)
    allergens = values.pop("allergens_now", None)
    values.pop("slug", None)
    if allergens is not None:
        values |= {"allergens": list(allergens), "allergens_declared": True}
    return ImportedItem(
        line=row.line,
        slug=item.slug,
        seen_seq=None if is_new else item.seq,
        values=values,
        recipe=recipe,
        availability=None if is_new and availability and availability.is_available else availability,
    )
