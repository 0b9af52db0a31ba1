"""
Quotes shown before an order is placed: when it would be ready, or why no order is accepted.

For a basket the quote is read afresh. The quote that the menu's pages show is cached for a moment, and invalidated by
everything that changes the board. Each process has a copy of the cached one for a second, which only its own changes
invalidate.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.core.cache import cache

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Kitchen
from kitchen.selectors import Queue, Quote
from kitchen.slots import LaterOrder, Slots
from orders.exceptions import OutsideDeliveryArea
from orders.selectors.delivery_area import delivery_terms, outside_message
from pizzeria.foundation.shapes import shape_of
from pizzeria.foundation.shop.selectors import current_shop

TYPICAL_PIZZA_MINUTES = (8,)
CACHE_SECONDS = 5
COPY_SECONDS = 1
CACHE_KEY = f"quote:{shape_of(Quote)}"

_copy: tuple[Quote, float] | None = None  # with the moment (`time.monotonic`) at which it is too old


def quote(
    *,
    at: datetime,
    pizza_minutes: list[int] | None = None,
    driving_minutes: int | None = None,
    kitchen: Kitchen | None = None,
    queue: Queue | None = None,
) -> Quote:
    """
    Return the quote for an order placed now. Three queries; two without orders for later.

    :param pizza_minutes: minutes in the oven, one entry per pizza; None: nothing is chosen yet, so a typical pizza's
    :param driving_minutes: to where it would be delivered; None: those of the shop's settings
    :param kitchen: if it is loaded already; and its queue
    """
    minutes = TYPICAL_PIZZA_MINUTES if pizza_minutes is None else pizza_minutes
    kitchen = kitchen or kitchen_selectors.the_kitchen()
    return kitchen_selectors.quote(kitchen, pizza_minutes=minutes, driving_minutes=driving_minutes, queue=queue, at=at)


def slots_for(
    *,
    method: FulfillmentMethod,
    pizza_minutes: Sequence[int],
    driving_minutes: int | None = None,
    kitchen: Kitchen | None = None,
    queue: Queue | None = None,
    at: datetime,
) -> Slots:
    """
    Return the quarters of an hour at which an order can be wanted. Three queries, one if none is offered at all.

    :param pizza_minutes: minutes in the oven, one entry per pizza
    :param driving_minutes: to where it would be delivered; None: those of the shop's settings
    :param kitchen: if it is loaded already; and its queue
    """
    order = LaterOrder.of(pizza_minutes, method=method, shop=current_shop(), driving_minutes=driving_minutes)
    return kitchen_selectors.slots_of(kitchen or kitchen_selectors.the_kitchen(), order, queue=queue, at=at)


def offered_slots(method: FulfillmentMethod, *, pizzas: int, postal_code: str, at: datetime) -> Slots:
    """
    Return the quarters of an hour at which an order of some typical pizzas can be wanted. Five queries.

    :param postal_code: to where it would be delivered; blank: not known yet
    :raises OutsideDeliveryArea: the shop does not deliver there
    """
    driving_minutes = None
    if method == FulfillmentMethod.DELIVERY and postal_code:
        terms = delivery_terms(postal_code)
        if terms is None:
            raise OutsideDeliveryArea(outside_message(postal_code), field="postal_code")
        driving_minutes = terms.driving_minutes
    pizza_minutes = TYPICAL_PIZZA_MINUTES * pizzas
    return slots_for(method=method, pizza_minutes=pizza_minutes, driving_minutes=driving_minutes, at=at)


def cached_quote(*, at: datetime) -> Quote:
    """
    Return the quote for a typical pizza, at most six seconds old; no query while it is cached.

    None is older than the last time at which the shop opened or closed.
    """
    global _copy  # noqa: PLW0603 - one copy for the process
    copy = _copy
    if copy is not None and time.monotonic() < copy[1] and not _is_over(copy[0], at):
        return copy[0]
    cached = cast("Quote | None", cache.get(CACHE_KEY))
    if cached is None or _is_over(cached, at):
        cached = quote(at=at)
        cache.set(CACHE_KEY, cached, CACHE_SECONDS)
    _copy = (cached, time.monotonic() + COPY_SECONDS)
    return cached


def _is_over(cached: Quote, at: datetime) -> bool:
    return cached.changes_at is not None and cached.changes_at <= at


def invalidate_quote() -> None:
    """Invalidate the cached quote, and this process's copy."""
    global _copy  # noqa: PLW0603
    cache.delete(CACHE_KEY)
    _copy = None
