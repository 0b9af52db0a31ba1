"""
What somebody is told who has not ordered yet: when it would be ready, or why nobody can order.

For a basket it is read afresh. What the menu's pages say beside every dish is cached for a moment, and thrown away by
whatever changes the board.
"""

from datetime import datetime
from typing import cast

from django.core.cache import cache

from kitchen import selectors as kitchen_selectors
from kitchen.selectors import Quote

A_TYPICAL_PIZZA = (8,)
CACHE_SECONDS = 5
CACHE_KEY = "quote"


def quote(*, at: datetime, pizza_minutes: list[int] | None = None) -> Quote:
    """Tell when an order placed now would be ready; for a typical pizza while nothing is chosen. Two queries."""
    return kitchen_selectors.quote(
        kitchen_selectors.the_kitchen(), pizza_minutes=pizza_minutes or A_TYPICAL_PIZZA, at=at
    )


def cached_quote(*, at: datetime) -> Quote:
    """Tell the same of a typical pizza, as of five seconds ago at most; no query while it is cached."""
    told = cache.get(CACHE_KEY)
    if told is None:
        told = quote(at=at)
        cache.set(CACHE_KEY, told, CACHE_SECONDS)
    return cast("Quote", told)


def invalidate_quote() -> None:
    """Let it be told afresh."""
    cache.delete(CACHE_KEY)
