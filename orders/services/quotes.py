"""Quotes for other programs: what an order would cost and when it would be ready. Nothing is placed or reserved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from kitchen import slot_labels
from kitchen.models import FulfillmentMethod
from kitchen.promises import Promise
from orders.basket_pricing import NO_TIP, PricedBasket, Tip
from orders.models import PaymentMethod
from orders.selectors.coupons import find_coupon
from orders.selectors.quotes import quote, slots_for
from orders.services.coupons import attempts_with_a_code
from orders.services.order_terms import (
    ContactDetails,
    SelectedItem,
    price_items,
    price_order,
    refuse_if_too_large,
    refuse_unless_offered,
)
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """
    A quote for an order.

    :ivar accepts_orders: whether the kitchen accepts it
    :ivar message: when it would be ready, or why it is not accepted
    :ivar promise: when the customer would get the order; None: it is not accepted now
    """

    basket: PricedBasket
    accepts_orders: bool
    message: str
    promise: Promise | None


def _attempts_to_quote(*, coupon: str = "", by: Actor, **_kwargs: object) -> Iterator[Attempt]:
    if coupon:
        yield from attempts_with_a_code(code=coupon, by=by)


@command(attempts=_attempts_to_quote)
def quote_order(
    *,
    items: Sequence[SelectedItem],
    contact: ContactDetails,
    method: FulfillmentMethod = FulfillmentMethod.PICKUP,
    coupon: str = "",
    tip: Tip = NO_TIP,
    payment_method: PaymentMethod = PaymentMethod.CASH,
    wanted_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> OrderQuote:
    """
    Price an order as `place_order` would, without placing it. The arguments are the same. Needs no permission.

    :raises Refusal: those of `place_order` for what is ordered, its terms and the time that is wanted; a full or closed
        kitchen is part of the quote for an order as soon as possible
    """
    refuse_unless_offered(method=method, contact=contact, payment_method=payment_method)
    priced_basket = price_items(items, at=at)
    priced = price_order(
        priced_basket, method=method, contact=contact, code=coupon, find=find_coupon, tip=tip, by=by, at=at
    )
    refuse_if_too_large(priced.basket)
    driving_minutes = priced.delivery.driving_minutes if priced.delivery else None
    pizza_minutes = priced.basket.pizza_minutes
    if wanted_at is None:
        kitchen = quote(at=at, pizza_minutes=pizza_minutes, driving_minutes=driving_minutes)
        return OrderQuote(priced.basket, kitchen.accepts_orders, kitchen.message, kitchen.promises.get(method))
    offered = slots_for(method=method, at=at, pizza_minutes=pizza_minutes, driving_minutes=driving_minutes)
    offered.refuse_unless_offered(wanted_at, at=at)
    message = _("It is ready at %(time)s.") if method == FulfillmentMethod.PICKUP else _("It is with you at %(time)s.")
    time = {"time": slot_labels.label(wanted_at, at=at)}
    return OrderQuote(priced.basket, accepts_orders=True, message=message % time, promise=offered.promise(wanted_at))
