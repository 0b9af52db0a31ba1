"""
The shop's voice in forms: what is said beside a field unless the form has a better sentence for it, and where the
cursor is when one comes back.

Every form that guests or staff fill in is a `ShopForm`, apart from those of accounts.
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
    """A field in a form. The first one that is wrong has the cursor, with a script or without one."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        return {**attrs, "autofocus": True} if self.name == _first_wrong(self.form) else attrs


class Renderer(DjangoTemplates):
    """How every form is written, the admin's and allauth's too."""

    bound_field_class = Field


def _first_wrong(form: forms.BaseForm) -> str | None:
    """Name the first field with an error; of a form that is wrong as a whole, the first field."""
    shown = [field.name for field in form.visible_fields()]
    wrong = [name for name in shown if name in form.errors] or (shown if form.errors else [])
    return wrong[0] if wrong else None


def _is_djangos(field: forms.Field, code: str) -> bool:
    """Tell whether nobody wrote a sentence for this field: it has Django's own for its class, or its validator's."""
    said = field.error_messages.get(code)
    return said is None or any(
        said is vars(kind).get("default_error_messages", {}).get(code) for kind in type(field).__mro__
    )
