"""
What a guest has typed at the checkout, kept while the guest is on another page of the shop.

It holds personal data, so it is in the cache, for an hour at most, and in the session is only its key. A guest whose
draft is lost with the cache types it again.
"""

import secrets

from django.core.cache import cache
from django.http import HttpRequest

from orders.forms import CheckoutForm

DRAFT_KEY = "checkout_draft"
MAX_AGE_SECONDS = 3600
MAX_LENGTH = 1000  # of a value: longer ones are refused by the form anyway

_TYPED = set(CheckoutForm.base_fields) - CheckoutForm.HIDDEN - {"code"}


def keep_draft(request: HttpRequest) -> None:
    """Keep what was typed into the posted form, valid or not."""
    typed = {name: request.POST[name][:MAX_LENGTH] for name in _TYPED if request.POST.get(name)}
    if typed:
        key = request.session.setdefault(DRAFT_KEY, secrets.token_urlsafe())
        cache.set(_cache_key(key), typed, MAX_AGE_SECONDS)


def draft(request: HttpRequest) -> dict[str, str]:
    """Return what was typed, by the name of the field; nothing if there is no draft."""
    key = request.session.get(DRAFT_KEY)
    return cache.get(_cache_key(key), {}) if key else {}


def clear_draft(request: HttpRequest) -> None:
    """Delete the draft, if there is one."""
    if key := request.session.pop(DRAFT_KEY, None):
        cache.delete(_cache_key(key))


def _cache_key(key: str) -> str:
    return f"checkout_draft:{key}"
