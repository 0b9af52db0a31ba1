"""
The base of the shop's forms, and fields for what people type.

A form has error messages for the fields that define none, and the focus after it was sent with errors. Every form that
guests or staff fill in is a `ShopForm`, except those of local accounts.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.core.validators import EmailValidator
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from pizzeria.foundation.inputs import written_without_template
from pizzeria.foundation.phones import reason_not_to_call, refuse_extension

ERROR_MESSAGES = {
    "required": _("Please fill this in."),
    "invalid": _("We cannot read that. Please check it once more."),
    "null_characters_not_allowed": _("We cannot read that. Please check it once more."),
    "invalid_choice": _("Please choose one of these."),
    "max_length": _("That is too long: %(limit_value)d characters at most, please."),
    "min_value": _("%(limit_value)s at least, please."),
    "max_value": _("%(limit_value)s at most, please."),
}
INTEGER_MESSAGE = _("A whole number, please.")


class ShopForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            messages = (
                {**ERROR_MESSAGES, "invalid": INTEGER_MESSAGE}
                if isinstance(field, forms.IntegerField)
                else ERROR_MESSAGES
            )
            field.error_messages |= {code: messages[code] for code in messages if _is_default(field, code)}


class Field(forms.BoundField):
    """A bound field. The first invalid field of a form has the focus (`autofocus`), and then no other field has it."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        first_invalid = _first_invalid(self.form)
        return {**attrs, "autofocus": self.name == first_invalid} if first_invalid else attrs


class Renderer(DjangoTemplates):
    """The renderer of every form, including the admin's and allauth's."""

    bound_field_class = Field

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        written = written_without_template(template_name, context)
        return super().render(template_name, context, request) if written is None else written


def _first_invalid(form: forms.BaseForm) -> str | None:
    """
    Return the first visible field with an error, by name; the first visible one if only the form has errors.

    A form has its fields in the order in which its page shows them.
    """
    if not form.errors:
        return None
    shown = [field.name for field in form.visible_fields()]
    wrong = [name for name in shown if name in form.errors] or shown
    return wrong[0] if wrong else None


def _is_default(field: forms.Field, code: str) -> bool:
    """Return whether a field has no error message of its own: it has Django's for its class, or its validator's."""
    message = field.error_messages.get(code)
    return message is None or any(message is default for default in _defaults(type(field).__mro__, code))


@cache
def _defaults(classes: tuple[type, ...], code: str) -> tuple[object, ...]:
    """Return the error messages that the classes of a field define for a code."""
    return tuple(vars(each).get("default_error_messages", {}).get(code) for each in classes)


_KEPT = frozenset("\t\n\r\u200c\u200d")  # the last two join or separate letters in some scripts, and join emoji
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # by Unicode letters, marks and symbols


def _is_removed(character: str) -> bool:
    """Return whether a character shows nothing, or changes the direction of text: "nuts" must never read as "stun"."""
    return character in _BLANK or (unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _KEPT)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS"


class TextField(forms.CharField):
    """
    Text field that removes characters that are invisible or change the direction of text.

    A text of which nothing can be seen is empty.
    """

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        shown = "".join(character for character in typed if not _is_removed(character)).strip()
        return shown if any(map(_is_visible, shown)) else ""


class SingleLineField(TextField):
    """Text field of one line: line breaks and runs of blanks, from any source, become one blank."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class MultiLineField(TextField):
    """Text field of at most six lines, none of them blank: further lines are appended to the sixth."""

    MAX_LINES = 6

    def to_python(self, value: Any) -> str:
        lines = [" ".join(line.split()) for line in super().to_python(value).splitlines()]
        lines = [line for line in lines if line]
        last = self.MAX_LINES - 1
        return "\n".join([*lines[:last], " ".join(lines[last:])]).strip()


# An address of a page or of a person. "St. John", "M.K. Rossi" and "Gian.De Luca" are none: an ending that is also the
# beginning of surnames counts only at the end. This stops the usual advertisements; messages repeat no name with a dot
# inside, whatever its ending.
_LINK = re.compile(
    r"://|\bwww\.|\S@\S+\.\S|[\w-]{3,}\.(?:"
    r"(?:ai|app|biz|cc|ch|click|club|cn|com|dev|es|eu|fr|info|io|link|live|ly|mobi|net|nl|online|org|page|pl|pro|ru|"
    r"shop|site|store|top|tv|uk|vip|win|xyz)\b|(?:at|co|de|it|me|to|us)(?:/|$))",
    re.IGNORECASE,
)
_LIKE_A_DOT = str.maketrans("\u3002\u2024", "..", "\u200c\u200d\ufe0e\ufe0f")  # and nothing invisible between letters


class MomentField(forms.DateTimeField):
    """Field for a moment on the shop's wall clock, which refuses an hour that is skipped or comes twice."""

    def to_python(self, value: Any) -> datetime | None:
        with _saying_that_clocks_change():
            return super().to_python(value)


class SplitMomentField(forms.SplitDateTimeField):
    """Field for a moment like `MomentField`, with a day and a time, as the admin has it."""

    def compress(self, data_list: Any) -> datetime | None:
        with _saying_that_clocks_change():
            return super().compress(data_list)


@contextmanager
def _saying_that_clocks_change() -> Iterator[None]:
    try:
        yield
    except forms.ValidationError as invalid:
        if getattr(invalid, "code", None) != "ambiguous_timezone":
            raise
        message = _("The clocks change then. Please choose another time.")
        raise forms.ValidationError(message, code="ambiguous_timezone") from invalid


class NameField(SingleLineField):
    """Field for a person's name, which messages repeat: it takes no link."""

    default_error_messages: ClassVar = {"link": _("Only your name, please, without a link.")}

    def validate(self, value: str) -> None:
        super().validate(value)
        if _LINK.search(unicodedata.normalize("NFKC", value).translate(_LIKE_A_DOT)):
            raise forms.ValidationError(self.error_messages["link"], code="link")


class ReachableEmailValidator(EmailValidator):
    """Validator of an e-mail address to which any mail server can deliver: at a domain, not at a machine or number."""

    def validate_domain_part(self, domain_part: str) -> bool:
        return bool(self.domain_regex.match(domain_part))


class EmailField(forms.EmailField):
    default_validators = [ReachableEmailValidator(allowlist=[])]


def refuse_number_not_to_call(number: PhoneNumber) -> None:
    """
    Refuse a phone number that the shop does not call.

    :raises ValidationError: it costs extra, or is of a country that the shop does not serve
    """
    if number and number.is_valid() and (reason := reason_not_to_call(number)):
        raise forms.ValidationError(reason, code="not_callable")


def name_field(*, required: bool = True) -> NameField:
    """Return a field for a person's name, which is called out at the counter."""
    return NameField(
        label=_("Your name"),
        required=required,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please tell us your name, so that we know whose it is.")},
    )


def email_field(label: StrOrPromise = "", *, required: bool = True) -> EmailField:
    """Return a field for an e-mail address to which the shop can send."""
    return EmailField(
        label=label or _("E-mail"),
        required=required,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Please tell us your e-mail."),
            "invalid": _("That does not look like an e-mail address."),
        },
    )


def phone_field(*, required: bool = True) -> PhoneNumberField:
    """Return a field for a phone number in any form that can be dialled from the shop, and that it calls."""
    return PhoneNumberField(
        label=_("Phone"),
        required=required,
        validators=[refuse_number_not_to_call, refuse_extension],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        error_messages={
            "required": _("Please give us a number, in case something comes up."),
            "invalid": _("That does not look like a phone number. Is a digit missing?"),
        },
    )
