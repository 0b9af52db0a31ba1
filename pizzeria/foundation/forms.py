"""
The base of the shop's forms: error messages for fields whose form defines none, and the focus after an invalid form.

Every form that guests or staff fill in is a `ShopForm`, except those of local accounts.
"""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "required": _("Please fill this in."),
    "invalid": _("We cannot read that. Please check it once more."),
    "null_characters_not_allowed": _("We cannot read that. Please check it once more."),
    "invalid_choice": _("Please choose one of these."),
    "max_length": _("That is too long: %(limit_value)d characters at most, please."),
    "min_value": _("%(limit_value)s at least, please."),
    "max_value": _("%(limit_value)s at most, please."),
}
NUMBER = _("A whole number, please.")


class ShopForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            ours = {**SENTENCES, "invalid": NUMBER} if isinstance(field, forms.IntegerField) else SENTENCES
            field.error_messages |= {code: ours[code] for code in ours if _is_djangos(field, code)}


class Field(forms.BoundField):
    """A bound field. The first invalid field of a form has the focus (`autofocus`), with or without JavaScript."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        return {**attrs, "autofocus": True} if self.name == _first_wrong(self.form) else attrs


class Renderer(DjangoTemplates):
    """The renderer of every form, including the admin's and allauth's."""

    bound_field_class = Field


def _first_wrong(form: forms.BaseForm) -> str | None:
    """Return the first visible field with an error, by name; the first visible one if only the form has errors."""
    shown = [field.name for field in form.visible_fields()]
    wrong = [name for name in shown if name in form.errors] or (shown if form.errors else [])
    return wrong[0] if wrong else None


def _is_djangos(field: forms.Field, code: str) -> bool:
    """Return whether a field has no error message of its own: it has Django's for its class, or its validator's."""
    said = field.error_messages.get(code)
    return said is None or any(
        said is vars(kind).get("default_error_messages", {}).get(code) for kind in type(field).__mro__
    )
