"""Context processor with the shop's current quote, for every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kitchen.selectors import Quote
from orders.selectors.quotes import cached_quote
from pizzeria.foundation import clock


def quote(request: HttpRequest) -> dict[str, SimpleLazyObject[Quote]]:
    """Return the context variable `quote`, computed on first use; a view's own `quote`, for a basket, overrides it."""
    return {"quote": SimpleLazyObject(lambda: cached_quote(at=clock.now()))}
