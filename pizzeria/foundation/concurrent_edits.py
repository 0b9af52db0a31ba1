"""
Forms of rows that several people edit at the same time: nobody's change is overwritten unseen.

Such a form sends along the values that it was opened with. A field that was not changed on the page keeps the value
that the row has by now. A field that was changed on the page and elsewhere meanwhile is an error, which says who has
changed it to what; the form sent again then replaces that value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import Model
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal


class ChangedMeanwhile(Refusal):
    """Refusal of a change, because the value that its actor has seen was changed at the very same moment."""

    code = "changed_meanwhile"


class PreconditionFailed(Refusal):
    """Refusal of a change of a row that is not any more as its actor has seen it (RFC 9110, section 13.1.1)."""

    code = "precondition_failed"
    status = 412

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed that meanwhile. Please look again."))


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed a value, by name, and when."""

    who: str
    at: datetime


class ConcurrentEditMixin(forms.BaseForm):
    """Mixin of a form whose `initial` has the values of the row, also when the form is bound."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = self.is_edit()

    def is_edit(self) -> bool:
        """Return whether there is a row already, which others may change."""
        return True

    def last_change(self, name: str) -> LastChange | None:
        """Return by whom and when a field of the row was changed last; None: unknown."""
        return None

    def keep_current_value(self, name: str, current: Any) -> None:
        """Leave a field of the row as it is."""
        self.cleaned_data[name] = current

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        changed_here = set(self.changed_data)
        # The data of a request cannot be changed.
        self.data = data = MultiValueDict[str, Any](dict(cast("MultiValueDict[str, Any]", self.data).lists()))
        for name, field in self.fields.items() if self.is_edit() else ():
            current, typed = self._current(name), self[name].data
            was_changed_elsewhere = field.has_changed(current, self._shown(name))
            # Always: the page of an error shows the row's values as the ones to compare with, also an empty list.
            _set(data, self.add_initial_prefix(name), field.prepare_value(current))
            if not was_changed_elsewhere:
                continue
            if name not in changed_here:
                _set(data, self.add_prefix(name), field.prepare_value(current))
                self.keep_current_value(name, current)
            elif field.has_changed(current, typed):
                self.add_error(name, self._changed_message(name, current))
        return cleaned

    def _current(self, name: str) -> Any:
        """Return the value of the row, a text as the field cleans it: one that never was would always seem changed."""
        field = self.fields[name]
        current = self.get_initial_for_field(field, name)
        return field.to_python(current) if isinstance(field, forms.CharField) else current

    def _shown(self, name: str) -> Any:
        """Return the value that the page showed when it was opened, as it was sent along."""
        hidden = self.fields[name].hidden_widget()
        return hidden.value_from_datadict(self.data, self.files, self.add_initial_prefix(name))

    def _changed_message(self, name: str, current: Any) -> str:
        value, change = _as_text(self.fields[name], current), self.last_change(name)
        if change is None:
            changed = _("This was changed to “%(value)s” while the page was open.") % {"value": value}
        else:
            changed = _("%(who)s changed this to “%(value)s” (%(when)s) while the page was open.") % {
                "who": change.who,
                "value": value,
                "when": clock.day_and_time(change.at, at=clock.now()),
            }
        return f"{changed} {_('Save again to replace that with what you typed.')}"


def refuse_if_changed_meanwhile(row: Model, *, shown: Mapping[str, object]) -> None:
    """
    Refuse a change of values that are no longer those on which its actor has decided.

    :param row: locked
    :raises ChangedMeanwhile: a field has another value than the shown one
    """
    for field, value in shown.items():
        if getattr(row, field) != value:
            raise ChangedMeanwhile(_("Somebody else has changed that just now. Please look again."), field=field)


def _set(data: MultiValueDict[str, Any], key: str, value: Any) -> None:
    data.setlist(key, [*value] if isinstance(value, list | tuple) else ["" if value is None else value])


def _as_text(field: forms.Field, value: Any) -> str:
    prepared = field.prepare_value(value)
    if isinstance(field, forms.ChoiceField):
        chosen = {str(each) for each in (prepared if isinstance(prepared, list | tuple) else [prepared])}
        options = cast("Iterable[tuple[Any, Any]]", field.choices)
        return ", ".join(str(label) for key, label in options if str(key) in chosen)
    if isinstance(field, forms.FileField):
        return _("another file") if value else _("no file")
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    return "" if prepared is None else str(prepared)
