"""
Rendered parts of pages, which each process keeps for as long as they are what it would render anew.

A part is rendered without a request, from named values alone, and kept by what it was made from: nothing of one reader
is in it. Where a reader's own values belong, it has placeholders. In DEBUG nothing is kept: templates are being edited.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Where a reader's own values belong. PostgreSQL stores no NUL, so no text of the shop looks like one of these.
CSRF_TOKEN, IDEMPOTENCY_KEY = "\0csrf_token\0", "\0idempotency_key\0"
_PLACEHOLDERS = re.compile(f"({CSRF_TOKEN}|{IDEMPOTENCY_KEY})")

MAX_KEPT = 2000

_kept: dict[tuple[Hashable, str], object] = {}  # by name and language, the oldest first
_lock = Lock()  # of writers


@dataclass(frozen=True, slots=True)
class Fragment:
    """
    A part of a page, with placeholders.

    :param pieces: texts and, between them, placeholders
    """

    pieces: tuple[str, ...]

    def filled(self, request: HttpRequest | None) -> SafeString:
        """
        Return the HTML for a request, with its CSRF token and a new idempotency key in each form.

        :param request: None: of an error's page, which has no form
        """
        token = get_token(request) if request and CSRF_TOKEN in self.pieces else ""  # the same for all forms of a page
        texts = [
            token if piece == CSRF_TOKEN else str(uuid4()) if piece == IDEMPOTENCY_KEY else piece
            for piece in self.pieces
        ]
        return mark_safe("".join(texts))  # noqa: S308 - a template rendered it; tokens and keys need no escaping


def rendered(template: str, context: Mapping[str, Any]) -> Fragment:
    """Render a template as a fragment; its forms have `csrf_token` and `idempotency_key` from the context."""
    placeholders = {"csrf_token": CSRF_TOKEN, "idempotency_key": IDEMPOTENCY_KEY}
    html = render_to_string(template, {**context, **placeholders})
    return Fragment(tuple(_PLACEHOLDERS.split(html)))


def kept[T](name: Hashable, make: Callable[[], T], *, is_current: Callable[[T], bool] = lambda _found: True) -> T:
    """
    Return what was made under a name in the current language, made anew if there is nothing, or nothing current.

    :param name: with all that it is made from, unless `is_current` compares that; nothing of one reader may be in it
    """
    if settings.DEBUG:
        return make()
    key = (name, get_language() or "")
    found = _kept.get(key)
    if found is not None and is_current(cast("T", found)):
        return cast("T", found)
    made = make()
    with _lock:
        _kept.pop(key, None)
        _kept[key] = made
        if len(_kept) > MAX_KEPT:
            del _kept[next(iter(_kept))]
    return made


def kept_part(template: str, context: Mapping[str, Hashable]) -> Fragment:
    """Return a template rendered with some values and nothing else, kept by them."""
    name = (template, *context.items())
    return kept(name, lambda: rendered(template, context))
