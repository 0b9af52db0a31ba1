"""
The limits for guests: beyond them, a guest without an account has to prove the phone number.

Without them one person could fill the kitchen with false orders within seconds. Nobody is turned away by them: they
stand in the way of a person who invents a phone number for each order.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
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
    Return the limit that one more order of a guest exceeds, as the guest reads it; blank: none. At most two queries.

    Orders that are placed at the same moment count each other only if the caller has locked the kitchen.

    :param phone: the order's, in international form
    :param client: `Actor.client` of the guest; blank: unknown, no limit
    :param pizzas: how many pizzas the order has
    """
    shop = current_shop()
    if shop.every_guest_proves_phone:
        return _("At the moment we ask everybody who orders without an account for one more step.")
    if shop.open_orders_per_phone and _count_unpaid(phone, at) >= shop.open_orders_per_phone:
        return _("Several orders were placed with this phone number lately, so we ask for one more step.")
    if not (shop.guest_share_percent and client):
        return ""
    max_orders = _share(kitchen.max_concurrent_orders, shop.guest_share_percent)
    max_pizzas = None
    if pizzas and kitchen.max_open_pizzas is not None:
        max_pizzas = _share(kitchen.max_open_pizzas, shop.guest_share_percent)
    if max_pizzas is not None and pizzas > max_pizzas:
        return _("This is a large order, so we ask for one more step.")
    in_kitchen = _guest_orders(Order.objects.filter(contact__client=client, ready_at=None), at)
    load = kitchen_selectors.load_of_orders(in_kitchen.values_list("ref"))
    if load.orders >= max_orders or (max_pizzas is not None and load.pizzas + pizzas > max_pizzas):
        return _("Many orders come from your network at the moment, so we ask for one more step.")
    return ""


def _share(limit: int, percent: int) -> int:
    return max(SMALLEST_SHARE, limit * percent // 100)


def _count_unpaid(phone: str, at: datetime) -> int:
    return _guest_orders(Order.objects.filter(contact__phone=phone, paid__lt=F("total")), at).count() if phone else 0


def _guest_orders(orders: "QuerySet[Order]", at: datetime) -> "QuerySet[Order]":
    """Filter for the orders of guests that are open, or that a guest has cancelled or not paid a while ago at most."""
    is_open = ~Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED))
    is_just_cancelled = Q(
        status=OrderStatus.CANCELLED,
        cancel_reason__in=(CancelReason.CHANGED_MIND, CancelReason.PAYMENT_FAILED),
        cancelled_at__gt=at - CANCELLED_COUNTS_FOR,
    )
    return orders.filter(is_open | is_just_cancelled, customer=None, number__isnull=False)
