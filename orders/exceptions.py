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
