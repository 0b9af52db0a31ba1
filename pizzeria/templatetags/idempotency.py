"""The template tag for idempotency keys, by which a form that is sent twice takes effect once."""

from uuid import UUID, uuid4

from django import template

register = template.Library()


@register.simple_tag
def new_idempotency_key() -> UUID:
    """Return a new idempotency key."""
    return uuid4()
