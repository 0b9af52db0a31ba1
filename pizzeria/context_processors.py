"""Context processors: the variables that every page has."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kitchen.selectors import Quote
from orders.selectors.quotes import cached_quote
from pizzeria.foundation import clock
from pizzeria.foundation.shop.selectors import ShopSnapshot, current_shop
from pizzeria.navigation import Header, header_for


def header(request: HttpRequest) -> dict[str, Header]:
    """Return the context variable `header`."""
    return {"header": header_for(request)}


def shop(request: HttpRequest) -> dict[str, ShopSnapshot | bool]:
    """Return the context variables `shop`, the shop's settings, and `is_demo`."""
    return {"shop": current_shop(), "is_demo": settings.SHOP_DEMO}


def quote(request: HttpRequest) -> dict[str, SimpleLazyObject[Quote]]:
    """Return the context variable `quote`, computed on first use; a view's own `quote`, for a basket, overrides it."""
    return {"quote": SimpleLazyObject(lambda: cached_quote(at=clock.now()))}
