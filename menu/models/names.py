"""Names of the menu: no two rows of one kind may have the same."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class NameKey(models.Func):
    """
    The key of a name: people take two names with the same key for the same.

    Case, runs of blanks, invisible characters and the forms of one letter (NFKC) make no difference.
    """

    function = "menu_name_key"
    output_field = models.CharField()


def refuse_taken_name(row: Any, *tables: type[models.Model]) -> None:
    """
    Refuse a name that another row of these tables has; a trigger refuses the rows that no form has checked.

    :param row: of a table with names: a category, a size, or an item
    :raises ValidationError: it has
    """
    key = NameKey(models.Value(row.name))
    own: models.QuerySet[Any] = type(row)._default_manager.annotate(key=NameKey("name"))
    if own.filter(pk=row.pk, key=key).exists():
        return  # as it was: two rows may have had one name before that was refused
    for table in tables:
        rows: models.QuerySet[Any] = table._default_manager.annotate(key=NameKey("name"))
        same = rows.filter(key=key)
        other = same.exclude(pk=row.pk).first() if isinstance(row, table) else same.first()
        if other:
            message = _("“%(name)s” is in the archive.") if _is_archived(other) else _("There is “%(name)s” already.")
            raise ValidationError({"name": message % {"name": other.name}})


def _is_archived(row: models.Model) -> bool:
    return getattr(row, "archived_at", None) is not None
