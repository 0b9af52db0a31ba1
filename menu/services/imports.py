"""Importing many items from a spreadsheet: all of them or none, each change recorded like any other."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from menu.events import ItemMarkedAvailable, ItemSoldOut
from menu.models import MenuItem, Pizza, Topping
from menu.services.availability import refuse_unless_may_mark
from menu.services.dated_prices import fold_due_prices
from menu.services.editing import record_edit, refuse_unless_may
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile, PreconditionFailed
from pizzeria.foundation.ends import refuse_unless_ahead
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import Refusal


class ImportRefused(Refusal):
    """A row cannot be imported as it is."""

    code = "import_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an item is available; while it is not, until when (None: until further notice)."""

    is_available: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """
    A row of an import that changes something.

    :param line: in the file
    :param slug: of the item
    :param seen_seq: of the item as its difference was shown; None: it is new
    :param values: what changes, by column of the table; of a new item everything that the file has
    :param recipe: slugs of toppings; None: it stays as it is
    :param availability: None: it stays as it is
    """

    line: int
    slug: str
    seen_seq: int | None
    values: Mapping[str, Any]
    recipe: tuple[str, ...] | None
    availability: Availability | None


@command
def import_items(*, model: type[MenuItem], rows: Sequence[ImportedItem], by: Actor, at: datetime) -> int:
    """
    Create and change items as they were shown before; return how many. Nothing is deleted.

    :raises NotAllowed: the actor may not add or change such items, or mark them sold out
    :raises PreconditionFailed: an item is not any more as it was shown
    :raises ImportRefused: a row is not as the menu can have it
    :raises UntilPassed, UntilTooFar: an item would be sold out until a moment that is not ahead, or more than a year
    """
    if any(row.seen_seq is None for row in rows):
        refuse_unless_may("add", model, by)
    slugs = [row.slug for row in rows if row.seen_seq is not None]
    items = model._default_manager.filter(slug__in=slugs, archived_at=None).order_by("pk")
    locked = {item.slug: item for item in items.select_for_update(no_key=True)}
    for row in rows:
        item = locked.get(row.slug)
        if row.seen_seq is None:
            _create(model, row, by=by, at=at)
        elif item is None or item.seq != row.seen_seq:
            raise PreconditionFailed
        else:
            _change(item, row, by=by, at=at)
    return len(rows)


def _create(model: type[MenuItem], row: ImportedItem, *, by: Actor, at: datetime) -> None:
    item = model(slug=row.slug)
    _save(item, row)
    fields = ["slug", *row.values, *(["recipe"] if row.recipe else [])]
    record_edit(item, before=None, fields=_recorded(fields), by=by, at=at)
    _set_availability(item, row.availability, by=by, at=at)


def _change(item: MenuItem, row: ImportedItem, *, by: Actor, at: datetime) -> None:
    refuse_unless_may("change", item, by)
    fold_due_prices(item, at=at)
    before = copy(item)
    _save(item, row)
    fields = [*row.values, *(["recipe"] if row.recipe is not None else [])]
    record_edit(item, before=before, fields=_recorded(fields), by=by, at=at)
    _set_availability(item, row.availability, by=by, at=at)


def _save(item: MenuItem, row: ImportedItem) -> None:
    for column, value in row.values.items():
        setattr(item, column, value)
    try:
        item.full_clean()
        with transaction.atomic():
            item.save()
    except ValidationError as invalid:
        message = _("Line %(line)d: %(message)s") % {"line": row.line, "message": " ".join(invalid.messages)}
        raise ImportRefused(message) from invalid
    except IntegrityError as error:  # the name or the slug, at the very same moment
        raise ChangedMeanwhile(_("Somebody else has changed that just now. Please look again.")) from error
    if isinstance(item, Pizza) and row.recipe is not None:
        item.recipe.set([*Topping.objects.filter(slug__in=row.recipe), *item.recipe.exclude(archived_at=None)])


def _set_availability(item: MenuItem, wanted: Availability | None, *, by: Actor, at: datetime) -> None:
    if wanted is None:
        return
    refuse_unless_may_mark(by)
    refuse_unless_ahead(wanted.until, at=at)
    if not wanted.is_available:
        record(item, ItemSoldOut(until=wanted.until), by=by, at=at)
    elif item.sold_out_since is not None:
        record(item, ItemMarkedAvailable(), by=by, at=at)


def _recorded(columns: Sequence[str]) -> list[str]:
    """Return the names of columns as events have them."""
    return [column for column in columns if column != "allergens_declared"]
