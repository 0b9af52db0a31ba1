from pizzeria.foundation.refusals import Refusal


class OrderStateConflict(Refusal):
    """Refusal of a step that the order's state does not allow: another actor was first, or the page is out of date."""

    code = "order_state_conflict"


class OrderNotFound(Refusal):
    """Refusal because there is no such order, or none that the actor may see: pages answer 404."""

    code = "order_not_found"
    status = 404


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


class ReasonNotPossible(Refusal):
    """Refusal of a reason that is none of those for which the actor may cancel the order, or bring it back."""

    code = "reason_not_possible"
    status = 422


class CouponRefused(Refusal):
    """Refusal of a coupon that cannot be used for the order."""

    code = "coupon_refused"
    status = 422


class OutsideDeliveryArea(Refusal):
    code = "outside_delivery_area"
    status = 422


class BelowMinimum(Refusal):
    """Refusal of a delivery whose lines come to less than the zone's minimum."""

    code = "below_minimum"
    status = 422
