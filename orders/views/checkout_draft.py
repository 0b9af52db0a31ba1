"""
What a guest has typed at the checkout, kept while the guest is on another page of the shop.

It holds personal data, so it is in the cache, for an hour at most, and in the session is only its key. A guest whose
draft is lost with the cache types it again.
"""

import secrets

from django.core.cache import cache
from django.http import HttpRequest

from orders.forms import CheckoutForm
from orders.models import OrderContact
from pizzeria.foundation.actor import actor_of

DRAFT_KEY = "checkout_draft"
MAX_AGE_SECONDS = 3600
MAX_LENGTH = 1000  # of a value: longer ones are refused by the form anyway

_TYPED = set(CheckoutForm.base_fields) - CheckoutForm.HIDDEN - {"code"}


def keep_draft(request: HttpRequest, *, for_any_user: bool = False) -> None:
    """
    Keep what was typed into the posted form, valid or not.

    :param for_any_user: the guest is about to sign in; else nobody who signs in later is shown it
    """
    if kept := typed(request):
        key = request.session.setdefault(DRAFT_KEY, secrets.token_urlsafe())
        user_id = None if for_any_user else actor_of(request).user_id or 0
        cache.set(_cache_key(key), {"user_id": user_id, "typed": kept}, MAX_AGE_SECONDS)


def typed(request: HttpRequest) -> dict[str, str]:
    """
    Return what was typed into the posted form, valid or not, by the name of the field.

    A blank time is kept too: the guest has not chosen one, which is not "as soon as possible".
    """
    given = {name: request.POST[name] for name in _TYPED if name in request.POST}
    return {name: value[:MAX_LENGTH] for name, value in given.items() if value or name == "wanted_at"}


def fill_draft(request: HttpRequest, contact: OrderContact, **chosen: str) -> None:
    """Fill the draft with the contact of an order that is to be placed anew, as if it had been typed."""
    typed = {name: str(getattr(contact, name)) for name in _TYPED if getattr(contact, name, "")} | chosen
    key = request.session.setdefault(DRAFT_KEY, secrets.token_urlsafe())
    cache.set(_cache_key(key), {"user_id": actor_of(request).user_id or 0, "typed": typed}, MAX_AGE_SECONDS)


def draft(request: HttpRequest) -> dict[str, str]:
    """Return what was typed, by the name of the field; nothing if there is no draft, or it is another user's."""
    key = request.session.get(DRAFT_KEY)
    kept = cache.get(_cache_key(key)) if key else None
    if kept is None or kept["user_id"] not in (None, actor_of(request).user_id or 0):
        return {}
    return dict(kept["typed"])


def clear_draft(request: HttpRequest) -> None:
    """Delete the draft, if there is one."""
    key = request.session.pop(DRAFT_KEY, None)
    if key:
        cache.delete(_cache_key(key))


def _cache_key(key: str) -> str:
    return f"checkout_draft:{key}"
