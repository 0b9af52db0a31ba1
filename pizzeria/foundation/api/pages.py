"""Pages of long lists, by cursor: rows that are added meanwhile neither repeat nor hide others."""

from typing import Annotated, Protocol, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from pizzeria.foundation.api.schemas import ResponseBody
from pizzeria.foundation.refusals import Refusal

DEFAULT_LIMIT, MAX_LIMIT = 10, 100

Cursor = Annotated[UUID | None, Query(None, description="`next_cursor` of the page before; absent: the first page")]
Limit = Annotated[int, Query(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many at most")]


class CursorUnknown(Refusal):
    code = "cursor_unknown"
    status = 422


class Page[T](ResponseBody):
    """One page of a list."""

    items: list[T]
    next_cursor: UUID | None = Field(description="Cursor of the next page; null: this is the last one")


class HasRef(Protocol):
    """A row that is known outside by its ref."""

    ref: UUID


def page_of[M: Model](rows: QuerySet[M], *, cursor: UUID | None, limit: int) -> tuple[list[M], UUID | None]:
    """
    Return the rows of a page, and the cursor of the next one. One query, two with a cursor.

    :param rows: newest first (`-id`), of a model with a `ref` (`HasRef`)
    :param cursor: the ref of the last row of the page before; it need not be among `rows` any more
    :raises CursorUnknown: there is no such row
    """
    last = None if cursor is None else rows.model._default_manager.filter(ref=cursor)
    shown, has_more = rows_after(last, rows, limit=limit)
    return shown, cast("HasRef", shown[-1]).ref if has_more else None


def rows_after[M: Model](last: QuerySet[M] | None, rows: QuerySet[M], *, limit: int) -> tuple[list[M], bool]:
    """
    Return the rows of a page, and whether there are more. One query, two unless it is the first page.

    :param last: query of the last row of the page before; None: there is none
    :param rows: newest first (`-id`)
    :raises CursorUnknown: there is no such row
    """
    if last is not None:
        last_pk = last.values_list("pk", flat=True).first()
        if last_pk is None:
            raise CursorUnknown(_("There is no such page."), field="cursor")
        rows = rows.filter(pk__lt=last_pk)
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit
