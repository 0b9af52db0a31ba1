"""
The limits for guests: beyond them, a guest without an account has to prove the phone number.

Without them one person could fill the kitchen with false orders within seconds. Nobody is turned away by them: they
stand in the way of a person who invents a phone number for each order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kitchen import selectors as kitchen_selectors
from kitchen.models import Kitchen
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation.shop.selectors import current_shop

SMALLEST_SHARE = 5  # of orders and of pizzas, that one client may have open however small the kitchen is
# So long an order that its guest has cancelled, or not paid, counts like an open one: ordering and cancelling in turn
# is limited too.
CANCELLED_COUNTS_FOR = timedelta(hours=1)


def exceeded_limit(*, phone: str, client: str, kitchen: Kitchen, pizzas: int, at: datetime) -> str:
    """
    Return the limit that one more order of a guest exceeds, as the guest reads it; blank: none. At most one query.

    Orders that are placed at the same moment count each other only if the caller has locked the kitchen.

    :param phone: the order's, in international form
    :param client: `Actor.client` of the guest; blank: unknown, no limit
    :param pizzas: how many pizzas the order has
    """
    shop = current_shop()
    if shop.every_guest_proves_phone:
        return _("At the moment we ask everybody who orders without an account for one more step.")
    max_unpaid = shop.open_orders_per_phone if phone else 0
    has_share = bool(shop.guest_share_percent and client)
    if not (max_unpaid or has_share):
        return ""
    so_far = _orders_so_far(phone=phone if max_unpaid else "", client=client if has_share else "", at=at)
    if max_unpaid and so_far.unpaid >= max_unpaid:
        return _("Several orders were placed with this phone number lately, so we ask for one more step.")
    if not has_share:
        return ""
    max_orders = _share(kitchen.max_concurrent_orders, shop.guest_share_percent)
    max_pizzas = None
    if pizzas and kitchen.max_open_pizzas is not None:
        max_pizzas = _share(kitchen.max_open_pizzas, shop.guest_share_percent)
    if max_pizzas is not None and pizzas > max_pizzas:
        return _("This is a large order, so we ask for one more step.")
    if so_far.in_kitchen >= max_orders or (max_pizzas is not None and so_far.pizzas + pizzas > max_pizzas):
        return _("Many orders come from your network at the moment, so we ask for one more step.")
    return ""


def _share(limit: int, percent: int) -> int:
    return max(SMALLEST_SHARE, limit * percent // 100)


@dataclass(frozen=True, slots=True)
class _OrdersSoFar:
    """
    Orders of guests that count against the limits.

    :ivar unpaid: with the phone number, not paid yet
    :ivar in_kitchen: of the client, not out of the oven yet; `pizzas` is the number of pizzas in them
    """

    unpaid: int
    in_kitchen: int
    pizzas: int


def _orders_so_far(*, phone: str, client: str, at: datetime) -> _OrdersSoFar:
    """
    Count the orders of guests with a phone number, and those of a client. One query.

    :param phone: blank: none is counted by it
    :param client: blank: none is counted by it
    """
    has_phone = Q(contact__phone=phone) if phone else Q(pk=None)
    is_of_client = Q(contact__client=client) if client else Q(pk=None)
    is_unpaid, is_in_kitchen = has_phone & Q(paid__lt=F("total")), is_of_client & Q(ready_at=None)
    counted = _guest_orders(Order.objects.filter(has_phone | is_of_client), at).aggregate(
        unpaid=Count("pk", filter=is_unpaid),
        in_kitchen=Count("pk", filter=is_in_kitchen),
        pizzas=Coalesce(Sum(kitchen_selectors.pizzas_of(OuterRef("ref")), filter=is_in_kitchen), 0),
    )
    return _OrdersSoFar(**counted)


def _guest_orders(orders: "QuerySet[Order]", at: datetime) -> "QuerySet[Order]":
    """Filter for the orders of guests that are open, or that a guest has cancelled or not paid a while ago at most."""
    is_open = ~Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED))
    is_just_cancelled = Q(
        status=OrderStatus.CANCELLED,
        cancel_reason__in=(CancelReason.CHANGED_MIND, CancelReason.PAYMENT_FAILED),
        cancelled_at__gt=at - CANCELLED_COUNTS_FOR,
    )
    return orders.filter(is_open | is_just_cancelled, customer=None)
