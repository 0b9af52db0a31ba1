"""Sentences about invalid fields. The API's own checks have theirs; pydantic's are worded for who writes Python."""

from collections.abc import Mapping
from typing import Any, get_args

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic_core.core_schema import ErrorType

_WHOLE_NUMBER = gettext_lazy("A whole number, please.")
_NUMBER = gettext_lazy("A number, please, or a text like 12.99.")
_MOMENT = gettext_lazy("A time with its zone, please, like 2026-11-20T19:30:00Z.")
_ID = gettext_lazy("An id, please, like 0197c2a0-0000-7000-8000-000000000000.")
_AT_LEAST, _AT_MOST = gettext_lazy("%(ge)s at least, please."), gettext_lazy("%(le)s at most, please.")
_OBJECT = gettext_lazy("A JSON object, please.")
_ONE_OF = gettext_lazy("One of these, please: %(expected)s.")

# By pydantic's type of the error; filled in with its context.
MESSAGES = {
    "missing": gettext_lazy("This is required."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "string_type": gettext_lazy("A text, please."),
    "string_too_short": gettext_lazy("That is too short: %(min_length)d characters at least, please."),
    "string_too_long": gettext_lazy("That is too long: %(max_length)d characters at most, please."),
    "string_pattern_mismatch": gettext_lazy("That has characters, or a form, that are not allowed here."),
    "string_unicode": gettext_lazy("That has characters that no text has."),
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing_size": gettext_lazy("That number is too large."),
    "bool_type": gettext_lazy("true or false, please."),
    "bool_parsing": gettext_lazy("true or false, please."),
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than_equal": _AT_LEAST,
    "less_than_equal": _AT_MOST,
    "list_type": gettext_lazy("A list, please."),
    "too_long": gettext_lazy("Too many: %(max_length)d at most, please."),
    "too_short": gettext_lazy("Too few: %(min_length)d at least, please."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "uuid_version": _ID,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": _MOMENT,
}
_MESSAGES_ABOUT_NOTHING = {  # where one is enough
    "string_too_short": gettext_lazy("Please fill this in."),
    "too_short": gettext_lazy("At least one, please."),
}
_PYDANTICS_TYPES = frozenset(get_args(ErrorType))


def message_of(error: Mapping[str, Any]) -> str:
    """
    Return the sentence about an invalid field, without the value that was sent.

    :param error: as pydantic describes it: `type`, `msg`, and mostly `ctx`
    """
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    if kind in _MESSAGES_ABOUT_NOTHING and context["min_length"] == 1:
        return str(_MESSAGES_ABOUT_NOTHING[kind])
    if kind in MESSAGES:
        return str(MESSAGES[kind]) % context
    return _("We cannot read that. Please check it once more.") if kind in _PYDANTICS_TYPES else str(error["msg"])
