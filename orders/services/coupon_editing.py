"""Coupons: the commands by which managers add, change and delete them. Their uses are counted in `coupons`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from orders.models import Coupon
from orders.offer_events import CouponAdded, CouponChanged, CouponDeleted, Values
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal


class CouponInvalid(Refusal):
    """A coupon has a value that it cannot have; `field` names it."""

    code = "coupon_invalid"
    status = 422


class CouponUsed(Refusal):
    code = "coupon_used"


@command
def add_coupon(*, values: Mapping[str, Any], by: Actor, at: datetime) -> Coupon:
    """
    Add a coupon.

    :param values: by the names of its fields; the others have their defaults
    :raises NotAllowed: the actor is not a manager
    :raises CouponInvalid: a value is not allowed
    """
    _refuse_unless_may("add", by)
    coupon = Coupon(**values)
    _refuse_unless_valid(coupon)
    coupon.save()
    record(coupon, CouponAdded(code=coupon.code, values=_values(coupon)), by=by, at=at)
    return coupon


@command
def change_coupon(
    *,
    coupon_id: int,
    changes: Mapping[str, Any],
    shown: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> Coupon:
    """
    Change a coupon. Nothing happens if all is as it is already. Placed orders keep their discount.

    :param changes: the new values by the names of its fields; the other fields stay
    :param shown: the values that the actor has seen, if they are to be as they were
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of them is no longer so
    :raises CouponInvalid: a value is not allowed, or it was used more often by now
    :raises Coupon.DoesNotExist: it was deleted
    """
    _refuse_unless_may("change", by)
    coupon = Coupon.objects.for_update().get(pk=coupon_id)  # so that no use is lost
    refuse_if_changed_meanwhile(coupon, shown=shown or {})
    changed = [field for field, value in changes.items() if getattr(coupon, field) != value]
    if not changed:
        return coupon
    for field in changed:
        setattr(coupon, field, changes[field])
    _refuse_unless_valid(coupon)
    record(coupon, CouponChanged(fields=tuple(sorted(changed)), values=_values(coupon)), by=by, at=at)
    return coupon


@command
def delete_coupon(*, coupon_id: int, by: Actor, at: datetime) -> None:
    """
    Delete a coupon that no order has used.

    :raises NotAllowed: the actor is not a manager
    :raises CouponUsed: an order has, also a cancelled one
    :raises Coupon.DoesNotExist: it was deleted already
    """
    _refuse_unless_may("delete", by)
    coupon = Coupon.objects.for_update().get(pk=coupon_id)
    if coupon.order_uses.exists():
        raise CouponUsed(_("An order has used this coupon. It can be taken out of force instead."))
    record(coupon, CouponDeleted(code=coupon.code), by=by, at=at)
    coupon.delete()


def _refuse_unless_may(verb: str, by: Actor) -> None:
    if not by.may(Permission(f"orders.{verb}_coupon")):
        raise NotAllowed(_("Only managers can do that."))


def _refuse_unless_valid(coupon: Coupon) -> None:
    if coupon.valid_from and coupon.valid_until and coupon.valid_until <= coupon.valid_from:
        raise CouponInvalid(_("It would end before it begins."), field="valid_until")
    if coupon.max_uses is not None and coupon.max_uses < coupon.uses:
        message = _("Its uses are more than that: %(uses)d.") % {"uses": coupon.uses}
        raise CouponInvalid(message, field="max_uses")
    try:
        coupon.full_clean()
    except ValidationError as invalid:
        field, [message, *_others] = next(iter(invalid.message_dict.items()))
        raise CouponInvalid(message, field="" if field == NON_FIELD_ERRORS else field) from invalid


def _values(coupon: Coupon) -> Values:
    return {
        "is_active": coupon.is_active,
        "kind": coupon.kind,
        "value": str(coupon.value),
        "minimum": str(coupon.minimum),
        "valid_from": coupon.valid_from.isoformat() if coupon.valid_from else None,
        "valid_until": coupon.valid_until.isoformat() if coupon.valid_until else None,
        "max_uses": coupon.max_uses,
        "max_uses_per_customer": coupon.max_uses_per_customer,
        "customer": str(coupon.customer.ref) if coupon.customer else None,
    }
