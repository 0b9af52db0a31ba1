"""
The HTML of a form's simplest and most frequent parts, without templates: inputs of one value, and no errors.

Django renders two nested templates for each input, and two for each field that has no error. What is written here is
the same (`tests/foundation/test_inputs.py`).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.html import conditional_escape

INPUTS = frozenset(
    f"django/forms/widgets/{name}.html"
    for name in ("checkbox", "email", "hidden", "number", "password", "text", "url", "search", "tel")
)
NO_ERRORS = "django/forms/errors/list/default.html"


def written_without_template(template_name: str, context: Mapping[str, Any]) -> str | None:
    """Return what a template of Django's forms renders; None: it is none of those that are written here."""
    if template_name in INPUTS:
        return _input(context["widget"])
    return "" if template_name == NO_ERRORS and not context["errors"] else None


def _input(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    parts = [f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"']
    if value is not None:
        parts.append(f' value="{conditional_escape(value)}"')
    for name, each in widget["attrs"].items():
        if each is True:
            parts.append(f" {conditional_escape(name)}")
        elif each is not False:
            parts.append(f' {conditional_escape(name)}="{conditional_escape(each)}"')
    return "".join((*parts, ">"))
