"""What any page can say of the shop itself."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kitchen.selectors import Quote
from orders.selectors.quotes import cached_quote
from pizzeria.foundation import clock


def quote(request: HttpRequest) -> dict[str, SimpleLazyObject[Quote]]:
    """Give templates `quote`, asked for only where it is said; a page's own, of what is in a basket, goes before it."""
    return {"quote": SimpleLazyObject(lambda: cached_quote(at=clock.now()))}
