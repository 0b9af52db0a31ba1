"""The use of coupons: counted under the coupon's row lock, and given back when the order is cancelled."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from menu import catalogue
from orders.basket_pricing import price_basket
from orders.models import BasketLine, Coupon, CouponUse, Order, normalize_coupon_code
from orders.selectors.coupons import coupon_refusal, find_coupon
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command


def attempts_with_a_code(*, code: str, by: Actor, **_kwargs: object) -> Iterator[Attempt]:
    """
    Yield the attempt of a client who types a code: nobody finds a coupon by trying codes.

    Only unknown codes count; after too many of them, known ones are refused as well.
    """
    yield Attempt("coupon", by.client, settings.SHOP_COUPONS_PER_HOUR, is_counted=find_coupon(code) is None)


@command(attempts=attempts_with_a_code)
def check_coupon(*, code: str, basket: UUID, phone: str, by: Actor, at: datetime) -> None:
    """
    Refuse a coupon that cannot be used for a basket. Nothing is reserved. Needs no permission.

    :param code: as typed
    :param basket: the basket's ref
    :param phone: in international form; blank: not typed yet
    :raises CouponRefused: it cannot be used
    :raises TooManyAttempts: the client has typed too many unknown codes within an hour
    """
    lines = list(BasketLine.objects.filter(basket__ref=basket).order_by("id"))
    lines_total = price_basket(lines, snapshot=catalogue.current_snapshot(), at=at).totals.lines_total
    coupon = find_coupon(code)
    if refusal := coupon_refusal(coupon, lines_total=lines_total, user_id=by.user_id, phone=phone, at=at):
        raise refusal


def lock_coupon(code: str) -> Coupon | None:
    """Lock a coupon until the transaction ends: after the basket, before customer and kitchen; None: there is none."""
    coupons = Coupon.objects.for_update().select_related("customer")
    return coupons.filter(code=normalize_coupon_code(code)).first()


def use_coupon(coupon: Coupon, *, order: Order) -> None:
    """Count the use of a locked coupon by an order, whose row is written."""
    CouponUse.objects.create(coupon=coupon, order=order)
    Coupon.objects.filter(pk=coupon.pk).update(uses=F("uses") + 1)


def lock_coupon_of(ref: UUID) -> Coupon | None:
    """Lock the coupon that an order uses, before the kitchen; None: it uses none. One statement."""
    return Coupon.objects.for_update().filter(order_uses__order__ref=ref, order_uses__given_back_at=None).first()


def give_back_coupon(coupon: Coupon | None, *, order: Order, at: datetime) -> None:
    """Return the use of a locked coupon to it, once: the order is cancelled."""
    if coupon and CouponUse.objects.filter(order=order, given_back_at=None).update(given_back_at=at):
        Coupon.objects.filter(pk=coupon.pk).update(uses=F("uses") - 1)
