"""Inputs that are written without templates are what Django renders."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from pizzeria.foundation.forms import Renderer
from pizzeria.foundation.inputs import INPUTS

WIDGETS = (
    *(forms.TextInput, forms.EmailInput, forms.HiddenInput, forms.NumberInput, forms.URLInput),
    *(forms.PasswordInput, forms.SearchInput, forms.TelInput, forms.CheckboxInput),
)
VALUES = (None, "", "Anna", 12, True, False, '"><script>', mark_safe("&amp;"), gettext_lazy("E-mail"), 1234.5)
ATTRIBUTES = (
    {},
    {"id": "id_name", "required": True, "autofocus": False, "maxlength": 80, "rows": None},
    {"data-x": 'a"b<c>', "aria-label": gettext_lazy("E-mail"), "title": mark_safe("&lt;")},
)


@pytest.mark.parametrize("widget", WIDGETS)
def test_an_input_is_written_as_django_renders_it(widget):
    for value in VALUES:
        for attributes in ATTRIBUTES:
            ours, djangos = (
                widget().render("na<me", value, attributes, renderer=renderer())
                for renderer in (Renderer, DjangoTemplates)
            )
            assert parse_html(ours) == parse_html(djangos)
            assert ours.count("&") == djangos.count("&")


def test_every_template_that_is_not_rendered_is_that_of_a_widget_here():
    assert {widget.template_name for widget in WIDGETS} == INPUTS


def test_a_list_of_errors_is_written_as_django_renders_it():
    for errors in ([], ["Please fill this in."], ["<b>", "two"]):
        ours, djangos = (ErrorList(errors, renderer=renderer()).render() for renderer in (Renderer, DjangoTemplates))
        assert ours == djangos
