"""A select with many options: Django's, written without templates, of which each option would render two."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe


class LongSelect(forms.Select):
    """A select of one value. Its options, in groups or not, are (value, label), without attributes, and plain text."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        options = mark_safe("".join(self._parts(value)))  # noqa: S308 - each value and label in it is escaped
        return format_html(
            '<select name="{}"{}>{}\n</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options
        )

    def _parts(self, value: Any) -> Iterator[str]:
        [chosen], is_chosen_yet = self.format_value(value), False
        for group, options in self._groups():
            if group:
                yield f'\n  <optgroup label="{escape(group)}">'
            for option_value, label in options:
                is_chosen = str(option_value) == chosen and not is_chosen_yet
                is_chosen_yet = is_chosen_yet or is_chosen
                yield _option(str(option_value), str(label), is_chosen=is_chosen)
            if group:
                yield "\n  </optgroup>"

    def _groups(self) -> Iterator[tuple[Any, list[tuple[Any, Any]]]]:
        """Yield the options by group; an option of no group is a group without a name."""
        for value, label in self.choices:
            yield (value, list(label)) if isinstance(label, (list, tuple)) else (None, [(value, label)])


@lru_cache(maxsize=4096)
def _option(value: str, label: str, *, is_chosen: bool) -> str:
    return f'\n  <option value="{escape(value)}"{" selected" if is_chosen else ""}>{escape(label)}</option>\n'
