import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db import DataError
from django.db.models import CharField, DateTimeField, Model
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Permission, actor_of
from pizzeria.foundation.concurrent_edits import ConcurrentEditMixin, LastChange
from pizzeria.foundation.forms import SingleLineField, SplitMomentField


class ShopChangeList(ChangeList):
    """A list of rows that shows itself without filters if PostgreSQL or Python cannot take the value of one."""

    def get_results(self, request: HttpRequest) -> None:
        """
        Query the rows.

        :raises IncorrectLookupParameters: a filter has a NUL character, or a year of eleven digits
        """
        with refusing_impossible_filters():
            super().get_results(request)


@contextmanager
def refusing_impossible_filters() -> Iterator[None]:
    """
    Refuse the value of a filter that PostgreSQL or Python cannot take.

    :raises IncorrectLookupParameters: a filter has a NUL character, or a year of eleven digits
    """
    try:
        yield
    except (DataError, OverflowError, ValueError) as error:
        raise IncorrectLookupParameters from error


class ShopAdminForm(ConcurrentEditMixin, forms.ModelForm):  # type: ignore[type-arg]
    """The form of a row in the admin, whose history says who changed what."""

    def is_edit(self) -> bool:
        return self.instance.pk is not None

    def last_change(self, name: str) -> LastChange | None:
        with translation.override(None):  # as the admin writes its history
            label = json.dumps(str(self.fields[name].label or name))
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self.instance),
            object_id=str(self.instance.pk),
            change_message__contains=label,
        )
        newest = entries.select_related("user").order_by("-action_time", "-pk").first()
        return LastChange(str(newest.user), newest.action_time) if newest else None

    def keep_current_value(self, name: str, current: Any) -> None:
        self.cleaned_data.pop(name, None)  # the instance has it, and is not changed by what is not cleaned


class ShopModelAdmin[M: Model](admin.ModelAdmin[M]):
    """The base of every admin of ours."""

    form = ShopAdminForm

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        """Return the form field of a column; a name or another short text is cleaned as in the forms of the shop."""
        if type(db_field) is CharField and not db_field.choices:
            kwargs.setdefault("form_class", SingleLineField)
        if isinstance(db_field, DateTimeField):
            kwargs.setdefault("form_class", SplitMomentField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return ShopChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, and say so if it has no filter because Django could not read the one in the address."""
        if ERROR_FLAG in request.GET and request.method == "GET":
            shown = {"rows": self.opts.verbose_name_plural}
            messages.warning(request, _("That filter cannot be read. All %(rows)s are shown.") % shown)
        return super().changelist_view(request, extra_context)


class ReadOnlyAdminMixin:
    """
    Admin mixin without add, change and delete.

    :cvar view_permission: the permission to see the rows
    """

    view_permission: ClassVar[Permission]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return actor_of(request).may(self.view_permission)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
