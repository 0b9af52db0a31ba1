"""
Limits for guests: beyond them, whoever orders without an account has to prove the phone number.

Without them one person could fill the kitchen with false orders within seconds. Nobody is turned away: the limits stand
in the way of somebody who invents a phone number for each order.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen import selectors as kitchen_selectors
from kitchen.models import Kitchen
from orders.models import Basket, CancelReason, Order, OrderStatus
from orders.selectors.phone_proofs import is_phone_proved
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import ShopSnapshot, current_shop

SMALLEST_SHARE = 5  # of orders and of pizzas, that one client may have open however small the kitchen is
# So long an order that its guest has cancelled counts like an open one: ordering and cancelling in turn is limited too.
CANCELLED_COUNTS_FOR = timedelta(hours=1)


class ProofRequired(Refusal):
    """A guest has to prove the phone number before this order is accepted."""

    code = "proof_required"


def refuse_unless_proved_or_within_limits(
    order: Order, *, basket: Basket, kitchen: Kitchen, pizzas: int, at: datetime
) -> None:
    """
    Refuse a guest's order that exceeds a limit, unless the guest has proved the phone number.

    :param order: not placed yet, with its contact
    :param kitchen: locked, so that two orders at once count each other
    :param pizzas: how many the order has
    :raises ProofRequired: the guest has to prove the number first
    """
    reason = _exceeded_limit(order, kitchen, pizzas, at)
    if reason and not is_phone_proved(basket=basket.ref, phone=order.contact.phone, at=at):
        raise ProofRequired(reason)


def _exceeded_limit(order: Order, kitchen: Kitchen, pizzas: int, at: datetime) -> str:
    """Return the limit that an order exceeds, as the guest reads it; blank: none."""
    shop = current_shop()
    if shop.every_guest_proves_phone:
        return _("Tonight we ask everybody who orders without an account for one more step.")
    if _exceeds_limit_of_phone(order, shop, at):
        message = ngettext(
            "%(count)d order is under way with this phone number, so we ask for one more step.",
            "%(count)d orders are under way with this phone number, so we ask for one more step.",
            shop.open_orders_per_phone,
        )
        return message % {"count": shop.open_orders_per_phone}
    if _exceeds_share_of_client(order, shop, kitchen, pizzas, at):
        return _("Many orders come from your network at the moment, so we ask for one more step.")
    return ""


def _exceeds_limit_of_phone(order: Order, shop: ShopSnapshot, at: datetime) -> bool:
    phone, limit = order.contact.phone, shop.open_orders_per_phone
    if not limit or not phone:
        return False
    unpaid = _guest_orders(Order.objects.filter(contact__phone=phone, paid__lt=F("total")), at)
    return unpaid.count() >= limit


def _exceeds_share_of_client(order: Order, shop: ShopSnapshot, kitchen: Kitchen, pizzas: int, at: datetime) -> bool:
    client, percent = order.contact.client, shop.guest_share_percent
    if not percent or not client:
        return False
    in_kitchen = _guest_orders(Order.objects.filter(contact__client=client, ready_at=None), at)
    load = kitchen_selectors.load_of_orders(in_kitchen.values_list("ref"))
    limits = ((load.orders + 1, kitchen.max_concurrent_orders), (load.pizzas + pizzas, kitchen.max_open_pizzas))
    return any(open_ > max(SMALLEST_SHARE, limit * percent // 100) for open_, limit in limits if limit is not None)


def _guest_orders(orders: "QuerySet[Order]", at: datetime) -> "QuerySet[Order]":
    """Filter for the orders of guests that are open, or that a guest has cancelled a while ago at most."""
    is_open = ~Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED))
    is_just_cancelled = Q(
        status=OrderStatus.CANCELLED,
        cancel_reason=CancelReason.CHANGED_MIND,
        cancelled_at__gt=at - CANCELLED_COUNTS_FOR,
    )
    return orders.filter(is_open | is_just_cancelled, customer=None, number__isnull=False)
