"""Coupons: whether a guest may use one for an order."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from orders.basket_pricing import CouponTerms
from orders.exceptions import CouponRefused
from orders.models import Coupon, CouponUse, normalize_coupon_code
from pizzeria.foundation.money import format_amount


def find_coupon(code: str) -> Coupon | None:
    """Return the coupon with a code, however it is typed; None if there is none. One query."""
    return Coupon.objects.select_related("customer").filter(code=normalize_coupon_code(code)).first()


def terms_of(coupon: Coupon) -> CouponTerms:
    """Return what a coupon takes off."""
    return CouponTerms(code=coupon.code, kind="fixed" if coupon.kind == "fixed" else "percent", value=coupon.value)


def coupon_refusal(
    coupon: Coupon | None, *, lines_total: Decimal, user_id: int | None, phone: str, at: datetime
) -> CouponRefused | None:
    """
    Return why a coupon cannot be used for an order; None if it can be. At most one query.

    An unknown coupon, one that is not in force and one of another customer are refused in the same words.

    :param user_id: the signed-in customer's; None: a guest
    :param phone: the order's, in international form; blank: not typed yet, so that a guest's uses are not counted
    """
    if coupon is None or not coupon.is_valid_at(at) or not _is_for(coupon, user_id):
        return CouponRefused(_("We do not know this code, or it is not valid now."), field="coupon")
    if coupon.is_used_up:
        return CouponRefused(_("This code has been used up."), field="coupon")
    if lines_total < coupon.minimum:
        message = _("This code is for orders of %(minimum)s and more.") % {"minimum": format_amount(coupon.minimum)}
        return CouponRefused(message, field="coupon")
    limit = coupon.max_uses_per_customer
    if limit is not None and _count_uses(coupon, user_id=user_id, phone=phone) >= limit:
        return CouponRefused(_("You have used this code already."), field="coupon")
    return None


def _is_for(coupon: Coupon, user_id: int | None) -> bool:
    return coupon.customer is None or coupon.customer.user_id == user_id


def _count_uses(coupon: Coupon, *, user_id: int | None, phone: str) -> int:
    """Return how many orders of a customer have used a coupon: of the account, or with the phone number."""
    is_theirs = Q(order__contact__phone=phone) if phone else Q(pk=None)
    if user_id is not None:
        is_theirs |= Q(order__customer__user_id=user_id)
    return CouponUse.objects.filter(is_theirs, coupon=coupon, given_back_at=None).count()
