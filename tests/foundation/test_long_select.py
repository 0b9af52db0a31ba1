"""A select with many options is written as Django's own is, with fewer templates."""

import pytest
from django import forms
from django.test.html import parse_html

from pizzeria.foundation.long_select import LongSelect

PLAIN = [("", "Please choose"), ("1", "One & only"), (2, "<b>Two</b>"), ("1", "One again")]
GROUPED = [("asap", "Right away"), ('To"day', [("18:00", "18:00"), ("18:15", "18:15")]), ("Tomorrow", [("x", "y")])]


@pytest.mark.parametrize("choices", [PLAIN, GROUPED, []], ids=["plain", "grouped", "empty"])
@pytest.mark.parametrize("value", [None, "", "1", 2, "18:15", "asap", "<unknown>"])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_time", "required": True, "autofocus": False, "data-x": 'a"b'}])
def test_it_is_written_as_djangos_own(choices, value, attrs):
    ours, djangos = LongSelect(choices=choices), forms.Select(choices=choices)

    assert parse_html(ours.render("wanted_at", value, attrs)) == parse_html(djangos.render("wanted_at", value, attrs))
