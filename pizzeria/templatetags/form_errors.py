"""The template filter for the errors of a form."""

from django import template
from django.forms import BaseForm, BoundField

register = template.Library()


@register.filter
def invalid_fields(form: BaseForm) -> list[BoundField]:
    """Return the visible fields with errors, in the order of the form."""
    return [field for field in form.visible_fields() if field.errors]
