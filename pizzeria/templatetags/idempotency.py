"""The template tag for idempotency keys, by which a form that is sent twice takes effect once."""

from uuid import UUID, uuid4

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def new_idempotency_key(context: Context) -> UUID | str:
    """Return a new idempotency key, or what the context has as `idempotency_key` in its place."""
    return context.get("idempotency_key") or uuid4()
