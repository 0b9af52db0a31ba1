"""The template tag that includes a part which is the same on many pages, and is rendered once."""

from collections.abc import Hashable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from pizzeria.foundation import fragments

register = template.Library()


@register.simple_tag(takes_context=True)
def include_kept(context: Context, name: str, /, **values: Hashable) -> SafeString:
    """
    Return a template rendered with the given values and nothing else of the context, kept by them.

    None of them may belong to one reader: no token, no nonce, no name of a user.
    """
    request: Any = context.get("request")  # None: a page of an error, of which no part has a form
    return fragments.kept_part(name, values).filled(request)
